-- Steps of spike detection, run by ingest/detect.py inside the transaction of a load.

-- step: span
SELECT min(day), max(day) FILTER (WHERE day < $today) FROM appeals;

-- step: touched_regions
SELECT DISTINCT t.region_id FROM appeals a JOIN territories t USING (territory_id) WHERE t.region_id > 0 AND ($batch_id IS NULL OR a.batch_id = $batch_id) ORDER BY ALL;

-- step: counts
SELECT a.territory_id, a.topic_id, a.topic_group_id, a.block_id, a.day, count(*) AS appeals
FROM appeals a
JOIN territories t USING (territory_id)
WHERE t.region_id = $region_id AND a.topic_id IS NOT NULL AND a.day BETWEEN $first AND $last
GROUP BY ALL;

-- step: silent
-- Days on which a source silent that day makes a fifth or more of the region's appeals of the eight weeks before.
SELECT DISTINCT d.day
FROM source_days d
WHERE d.state = 'silent' AND d.day BETWEEN $first AND $last AND (
    SELECT coalesce(avg((a.source_id = d.source_id)::INTEGER), 0)
    FROM appeals a JOIN territories t USING (territory_id)
    WHERE t.region_id = $region_id AND a.day BETWEEN d.day - 56 AND d.day - 1
) >= 0.2
ORDER BY ALL;

-- step: known
SELECT s.spike_id, s.episode_id, s.level, s.territory_id, s.topic_id, s.topic_group_id, s.onset, s.last_day, s.first_flagged
FROM spikes s JOIN territories t USING (territory_id) WHERE t.region_id = $region_id;

-- step: neighbours
-- Municipalities of the region at most 60 km apart.
SELECT a.territory_id, b.territory_id
FROM territories a
JOIN territories b ON b.region_id = a.region_id AND b.territory_id > a.territory_id
WHERE a.region_id = $region_id AND a.kind = 'municipality' AND b.kind = 'municipality'
    AND sqrt(pow((a.lat - b.lat) * 111.2, 2) + pow((a.lon - b.lon) * 111.2 * cos(radians(a.lat)), 2)) <= 60;

-- step: replace
DELETE FROM spike_days WHERE spike_id IN (SELECT spike_id FROM found_spikes);
DELETE FROM spikes WHERE spike_id IN (SELECT spike_id FROM found_spikes);
INSERT INTO spikes BY NAME SELECT * EXCLUDE (state), state, NULL AS executors, NULL AS authors, NULL AS copies_share FROM found_spikes;
INSERT INTO spike_days BY NAME SELECT * FROM found_days;

-- step: describe
-- Who works on the spikes just stored, how many people write, and how much of each is one text.
CREATE OR REPLACE TEMP TABLE inside AS
SELECT s.spike_id, a.appeal_id, a.executor_id, a.author_key
FROM spikes s
JOIN territories t ON CASE WHEN s.level = 'region_topic' THEN t.region_id ELSE t.territory_id END = s.territory_id
JOIN appeals a ON a.territory_id = t.territory_id AND a.topic_id = s.topic_id AND a.day BETWEEN s.onset AND s.last_day
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

-- step: settle
-- Spikes of earlier loads that were not found again keep their days and have ended.
UPDATE spikes SET state = 'ended' WHERE state <> 'ended' AND last_day < $last::DATE - 2;
