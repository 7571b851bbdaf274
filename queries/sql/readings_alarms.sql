-- question: which readings are beyond the threshold of their sensor, and which works were missed?
-- params: $since, $until (UTC, until not included)
-- columns: code, happened_at (UTC), value, event
SELECT m.code, r.happened_at, r.value, r.event
FROM sensors m
JOIN sensor_readings r ON r.sensor_id = m.code
WHERE {noted} AND r.happened_at >= $since AND r.happened_at < $until AND (r.value > m.threshold OR r.event = 'missed')
ORDER BY m.code, r.happened_at
