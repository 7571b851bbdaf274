-- Steps of spike detection, run by ingest/detect.py inside the transaction of a load.

-- step: span
SELECT min(day), max(day) FILTER (WHERE day < $today) FROM appeals;

-- step: touched_regions
SELECT DISTINCT t.region_id, r.timezone
FROM appeals a
JOIN territories t USING (territory_id)
JOIN territories r ON r.territory_id = t.region_id
WHERE t.region_id > 0 AND ($batch_id IS NULL OR a.batch_id = $batch_id)
ORDER BY ALL;

-- step: touched_from
SELECT min(day) FROM appeals WHERE batch_id = $batch_id;

-- step: loads
SELECT source_id, loaded_at FROM batches WHERE source_id IS NOT NULL ORDER BY ALL;

-- step: fallen_silent
-- The days after the last appeal of a source that is loaded regularly: silent while it usually sends at least 10 a day.
DELETE FROM source_days d WHERE d.day > (SELECT max(a.day) FROM appeals a WHERE a.source_id = d.source_id);
INSERT INTO source_days
WITH ended AS (
    SELECT source_id, max(day) AS last FROM appeals WHERE source_id IN (SELECT unnest($sources::SMALLINT[])) GROUP BY source_id HAVING max(day) < $last
), calendar AS (
    SELECT source_id, last, unnest(generate_series(last - 63, $last::DATE, INTERVAL 1 DAY))::DATE AS day FROM ended
), received AS (
    SELECT c.source_id, c.day, c.last, (SELECT count(*) FROM appeals a WHERE a.source_id = c.source_id AND a.day = c.day) AS received
    FROM calendar c
), usual AS (
    SELECT *, median(received) OVER (PARTITION BY source_id, dayofweek(day) ORDER BY day ROWS BETWEEN 8 PRECEDING AND 1 PRECEDING) AS expected
    FROM received
)
SELECT source_id, day, received, expected, CASE WHEN expected >= 10 THEN 'silent' ELSE 'ok' END FROM usual WHERE day > last;

-- step: lags
-- After how many days, of its territory's own time, the appeals of a source were first loaded.
SELECT greatest(date_diff('day', day, (first_loaded_at + (day::TIMESTAMP + to_hours(hour::INTEGER) - date_trunc('hour', created_at)))::DATE), 0) AS lag, count(*) AS appeals
FROM appeals
JOIN (SELECT unnest($firsts::DATE[]) AS first, unnest($lasts::DATE[]) AS last) spans ON day BETWEEN first AND last
WHERE source_id = $source_id AND first_loaded_at IS NOT NULL
GROUP BY ALL;

-- step: counts
-- The order of series decides the last digits of their fits: the same appeals give the very same figures.
SELECT a.territory_id, a.topic_id, a.topic_group_id, a.block_id, a.day, count(*) AS appeals
FROM appeals a
JOIN territories t USING (territory_id)
WHERE t.region_id = $region_id AND a.topic_id IS NOT NULL AND a.day BETWEEN $first AND $last
GROUP BY ALL
ORDER BY ALL;

-- step: silences
-- For each silent day of a source, who had its appeals in the eight weeks before: own of all appeals.
SELECT
    a.territory_id, a.topic_id, a.topic_group_id, a.block_id, d.source_id, d.day,
    count(*) FILTER (WHERE a.source_id = d.source_id) AS own, count(*) AS appeals
FROM source_days d
JOIN appeals a ON a.day BETWEEN d.day - 56 AND d.day - 1
JOIN territories t USING (territory_id)
WHERE d.state = 'silent' AND d.day BETWEEN $first AND $last AND t.region_id = $region_id AND a.topic_id IS NOT NULL
GROUP BY ALL;

-- step: mix
-- The sources of the last eight weeks.
SELECT a.territory_id, a.topic_id, a.topic_group_id, a.block_id, a.source_id, count(*) AS appeals
FROM appeals a
JOIN territories t USING (territory_id)
WHERE t.region_id = $region_id AND a.topic_id IS NOT NULL AND a.day BETWEEN $last::DATE - 55 AND $last
GROUP BY ALL;

-- step: tests
DELETE FROM spike_tests WHERE region_id = $region_id;
INSERT INTO spike_tests SELECT * FROM tested WHERE series > 0;

-- step: known
SELECT
    s.spike_id, s.episode_id, s.level, s.territory_id, s.topic_id, s.topic_group_id, s.onset, s.last_day, s.first_flagged,
    coalesce(s.sensitivity, 'keen') AS sensitivity
FROM spikes s JOIN territories t USING (territory_id) WHERE t.region_id = $region_id;

-- step: neighbours
-- Municipalities of the region at most 60 km apart.
SELECT a.territory_id, b.territory_id
FROM territories a
JOIN territories b ON b.region_id = a.region_id AND b.territory_id > a.territory_id
WHERE a.region_id = $region_id AND a.kind = 'municipality' AND b.kind = 'municipality'
    AND sqrt(pow((a.lat - b.lat) * 111.2, 2) + pow((a.lon - b.lon) * 111.2 * cos(radians(a.lat)), 2)) <= 60;

-- step: replace
-- What is known of who was in a spike stands where it is found again as it was and the load has not touched its days.
CREATE OR REPLACE TEMP TABLE described AS
SELECT s.spike_id, s.onset, s.last_day, s.observed, s.executors, s.authors, s.copies_share, s.is_flood
FROM spikes s
SEMI JOIN found_spikes USING (spike_id)
WHERE s.executors IS NOT NULL AND s.last_day < $touched_from;
DELETE FROM spike_days WHERE spike_id IN (SELECT spike_id FROM found_spikes);
DELETE FROM spikes WHERE spike_id IN (SELECT spike_id FROM found_spikes);
INSERT INTO spikes BY NAME
SELECT f.*, d.executors, d.authors, d.copies_share, d.is_flood FROM found_spikes f LEFT JOIN described d USING (spike_id, onset, last_day, observed);
INSERT INTO spike_days BY NAME SELECT * FROM found_days;

-- step: describe
-- Who works on the spikes just stored, how many people write, and how much of each is one text.
CREATE OR REPLACE TEMP TABLE inside AS
SELECT s.spike_id, a.appeal_id, a.executor_id, a.author_key
FROM spikes s
JOIN territories t ON CASE WHEN s.level = 'region_topic' THEN t.region_id ELSE t.territory_id END = s.territory_id
JOIN appeals a ON a.territory_id = t.territory_id AND a.day BETWEEN s.onset AND s.last_day
    AND CASE WHEN s.topic_id IS NULL THEN a.topic_group_id = s.topic_group_id ELSE a.topic_id = s.topic_id END
WHERE s.executors IS NULL AND s.observed IS NOT NULL;
CREATE OR REPLACE TEMP TABLE commonest AS
SELECT spike_id, max(same) AS same
FROM (
    SELECT i.spike_id, count(*) AS same
    FROM inside i JOIN texts x USING (appeal_id)
    GROUP BY i.spike_id, regexp_replace(lower(x.text), '[^\p{L}\p{N}]', '', 'g')
)
GROUP BY spike_id;
UPDATE spikes SET executors = d.executors, authors = d.authors, copies_share = d.copies_share
FROM (
    SELECT i.spike_id, count(DISTINCT i.executor_id) AS executors, count(DISTINCT i.author_key) AS authors, any_value(c.same) / count(*) AS copies_share
    FROM inside i LEFT JOIN commonest c USING (spike_id)
    GROUP BY i.spike_id
) d
WHERE d.spike_id = spikes.spike_id;

-- step: texts_inside
SELECT i.spike_id, i.author_key, x.text FROM inside i JOIN texts x USING (appeal_id) WHERE x.text IS NOT NULL ORDER BY i.spike_id, i.appeal_id;

-- step: floods
UPDATE spikes SET is_flood = f.is_flood FROM flooded f WHERE f.spike_id = spikes.spike_id;

-- step: settle
-- Spikes of earlier loads that were not found again keep their days and have ended.
UPDATE spikes SET state = 'ended' WHERE state <> 'ended' AND last_day < $last::DATE - CASE frequency WHEN 'W' THEN 6 ELSE 2 END;
-- In how many earlier years the same series had a spike within three ISO weeks of this one's onset.
UPDATE spikes SET recurs = 0 WHERE observed IS NOT NULL;
UPDATE spikes SET recurs = n.years
FROM (
    SELECT s.spike_id, count(DISTINCT y.back) AS years
    FROM spikes s
    CROSS JOIN range(1, 8) y(back)
    JOIN spikes o ON o.level = s.level AND o.territory_id = s.territory_id AND o.topic_group_id = s.topic_group_id
        AND o.topic_id IS NOT DISTINCT FROM s.topic_id AND o.sensitivity <> 'keen'
        AND abs(date_diff('week', o.onset + to_years(y.back::INTEGER), s.onset)) <= 3
    GROUP BY s.spike_id
) n
WHERE n.spike_id = spikes.spike_id;
