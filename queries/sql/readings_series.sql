-- question: what did one sensor say, hour by hour or day by day of its own clock?
-- params: $code, $since, $until (UTC, until not included), $grain (hour | day), $zone
-- columns: at (local), highest, done, partial, missed
SELECT
    date_trunc($grain, (r.happened_at AT TIME ZONE 'UTC') AT TIME ZONE $zone) AS at, max(r.value) AS highest,
    count(*) FILTER (r.event = 'done') AS done, count(*) FILTER (r.event = 'partial') AS partial, count(*) FILTER (r.event = 'missed') AS missed
FROM sensors m
JOIN sensor_readings r ON r.sensor_id = m.code
WHERE {noted} AND m.code = $code AND r.happened_at >= $since AND r.happened_at < $until
GROUP BY ALL
ORDER BY ALL
