-- question: how much has each sensor said in a period of its own days, and what last by its end?
-- params: $first, $last
-- columns: code, readings (in the period), last_at (local, the last ever by the end of the period), last_value, last_event
SELECT code, count(*) FILTER (WHERE moment >= $first::DATE) AS readings, max(moment) AS last_at, arg_max(value, moment) AS last_value, arg_max(event, moment) AS last_event
FROM (
    SELECT m.code, r.value, r.event, (r.happened_at AT TIME ZONE 'UTC') AT TIME ZONE coalesce(t.timezone, 'Europe/Moscow') AS moment
    FROM sensors m
    JOIN sensor_readings r ON r.sensor_id = m.code
    LEFT JOIN territories t USING (territory_id)
    WHERE {noted}
)
WHERE moment < $last::DATE + INTERVAL 1 DAY
GROUP BY code
ORDER BY code
