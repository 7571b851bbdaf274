-- question: how much has each sensor said, and what last?
-- params: $since, $until (UTC, until not included)
-- columns: code, readings (in the period), last_at (UTC, ever before $until), last_value, last_event
SELECT
    m.code, count(*) FILTER (r.happened_at >= $since) AS readings, max(r.happened_at) AS last_at, arg_max(r.value, r.happened_at) AS last_value,
    arg_max(r.event, r.happened_at) AS last_event
FROM sensors m
JOIN sensor_readings r ON r.sensor_id = m.code
WHERE {noted} AND r.happened_at < $until
GROUP BY m.code
ORDER BY m.code
