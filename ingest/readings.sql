-- Steps of ingest/readings.py.

-- step: known
-- Which sensors may speak, in which unit and on which clock.
SELECT s.code, s.kind, s.unit, s.threshold, coalesce(t.timezone, 'Europe/Moscow')
FROM sensors s
LEFT JOIN territories t USING (territory_id);

-- step: stage
-- A piece of the archive (`piece`), of several records of one sensor and moment the last.
CREATE OR REPLACE TEMP TABLE reading_stage AS
SELECT sensor_id, happened_at, value, event
FROM piece
QUALIFY row_number() OVER (PARTITION BY sensor_id, happened_at ORDER BY ordinal DESC) = 1;

-- step: counts
-- Records of the stage: how many are new, how many change one of the store, how many stand there so already.
SELECT
    count(*) FILTER (WHERE r.sensor_id IS NULL),
    count(*) FILTER (WHERE r.sensor_id IS NOT NULL AND (r.value IS DISTINCT FROM s.value OR r.event IS DISTINCT FROM s.event)),
    count(*) FILTER (WHERE r.sensor_id IS NOT NULL AND r.value IS NOT DISTINCT FROM s.value AND r.event IS NOT DISTINCT FROM s.event)
FROM reading_stage s
LEFT JOIN sensor_readings r ON r.sensor_id = s.sensor_id AND r.happened_at = s.happened_at;

-- step: put
DELETE FROM reading_stage USING sensor_readings r
WHERE r.sensor_id = reading_stage.sensor_id AND r.happened_at = reading_stage.happened_at
    AND r.value IS NOT DISTINCT FROM reading_stage.value AND r.event IS NOT DISTINCT FROM reading_stage.event;
DELETE FROM sensor_readings USING reading_stage s WHERE s.sensor_id = sensor_readings.sensor_id AND s.happened_at = sensor_readings.happened_at;
INSERT INTO sensor_readings SELECT sensor_id, happened_at, value, event, $batch FROM reading_stage ORDER BY sensor_id, happened_at;

-- step: last_batch
SELECT coalesce(max(batch), '') FROM sensor_readings;
