-- Sums of appeals that pages read instead of the appeals themselves. Run by queries/rollups.py inside the transaction of whatever
-- changed appeals: every cell of a touched day is made anew. {columns}, {counts}: one a measure of queries/metrics.py.

-- step: create
-- Days are those of arrival, in the territory's own time. territory_id is the region in day_region and its like, the country (1)
-- in day_topic, so that conditions on places read the same everywhere.
CREATE OR REPLACE TABLE day_territory (day DATE, territory_id INTEGER, {columns});
CREATE OR REPLACE TABLE day_region (day DATE, territory_id INTEGER, {columns});
CREATE OR REPLACE TABLE day_region_channel (day DATE, territory_id INTEGER, channel_id SMALLINT, {columns});
CREATE OR REPLACE TABLE day_topic (day DATE, territory_id INTEGER, block_id SMALLINT, topic_group_id SMALLINT, topic_id SMALLINT, {columns});
CREATE OR REPLACE TABLE day_region_block (day DATE, territory_id INTEGER, block_id SMALLINT, appeals INTEGER);
-- Appeals about which the clock has still something to say: open ones, and those whose term or first four hours had not passed at
-- the moment `settled` of meta.
CREATE OR REPLACE TABLE live (
    appeal_id BIGINT, day DATE, hour TINYINT, territory_id INTEGER, region_id INTEGER, created_at TIMESTAMP, visibility visibility, channel_id SMALLINT,
    is_official BOOLEAN, block_id SMALLINT, topic_group_id SMALLINT, topic_id SMALLINT, type appeal_type, status appeal_status, outcome appeal_outcome,
    executor_id SMALLINT, level executor_level, closed_at TIMESTAMP, due_at TIMESTAMP, response_minutes INTEGER);
-- Appeals that were repeated after their first answer.
CREATE OR REPLACE TABLE repeated_after_answer (appeal_id BIGINT, day DATE);
CREATE OR REPLACE VIEW written_again AS SELECT appeal_id FROM repeated_after_answer;

-- step: touched_months
SELECT min(day), max(day) FROM touched GROUP BY date_trunc('month', day) ORDER BY 1;

-- step: day_of_appeal
CREATE OR REPLACE TEMP TABLE touched AS SELECT day FROM appeals WHERE appeal_id = $appeal_id;

-- step: all_days
CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT day FROM appeals;

-- step: forget
DELETE FROM day_territory WHERE day IN (FROM touched);
DELETE FROM day_region WHERE day IN (FROM touched);
DELETE FROM day_region_channel WHERE day IN (FROM touched);
DELETE FROM day_topic WHERE day IN (FROM touched);
DELETE FROM day_region_block WHERE day IN (FROM touched);
DELETE FROM live WHERE day IN (FROM touched);
DELETE FROM repeated_after_answer WHERE day IN (FROM touched);

-- step: repeated
INSERT INTO repeated_after_answer
SELECT DISTINCT o.appeal_id, o.day
FROM (SELECT appeal_id, day, first_response_at FROM appeals WHERE day BETWEEN $first AND $last AND day IN (FROM touched)) o
JOIN (SELECT repeat_of, created_at FROM appeals WHERE repeat_of IS NOT NULL AND day >= $first - 1) r ON r.repeat_of = o.appeal_id
WHERE r.created_at > o.first_response_at;

-- step: count
INSERT INTO day_territory
SELECT a.day, a.territory_id, {counts} FROM appeals a WHERE a.day BETWEEN $first AND $last AND a.day IN (FROM touched)
GROUP BY a.day, a.territory_id ORDER BY a.territory_id, a.day;
INSERT INTO day_region
SELECT a.day, t.region_id, {sums} FROM day_territory a JOIN territories t USING (territory_id)
WHERE a.day BETWEEN $first AND $last AND a.day IN (FROM touched)
GROUP BY a.day, t.region_id ORDER BY t.region_id, a.day;
INSERT INTO day_region_channel
SELECT a.day, t.region_id, a.channel_id, {counts} FROM appeals a JOIN territories t USING (territory_id)
WHERE a.day BETWEEN $first AND $last AND a.day IN (FROM touched)
GROUP BY a.day, t.region_id, a.channel_id ORDER BY t.region_id, a.channel_id, a.day;
INSERT INTO day_topic
SELECT a.day, 1, a.block_id, a.topic_group_id, a.topic_id, {counts} FROM appeals a
WHERE a.day BETWEEN $first AND $last AND a.day IN (FROM touched)
GROUP BY a.day, a.block_id, a.topic_group_id, a.topic_id ORDER BY a.topic_id, a.day;
INSERT INTO day_region_block
SELECT a.day, t.region_id, a.block_id, count(*) FROM appeals a JOIN territories t USING (territory_id)
WHERE a.day BETWEEN $first AND $last AND a.day IN (FROM touched)
GROUP BY a.day, t.region_id, a.block_id ORDER BY t.region_id, a.block_id, a.day;
INSERT INTO live
SELECT
    a.appeal_id, a.day, a.hour, a.territory_id, t.region_id, a.created_at, a.visibility, a.channel_id, a.is_official, a.block_id, a.topic_group_id, a.topic_id,
    a.type, a.status, a.outcome, a.executor_id, a.level, a.closed_at, a.due_at, a.response_minutes
FROM appeals a JOIN territories t USING (territory_id)
WHERE a.day BETWEEN $first AND $last AND a.day IN (FROM touched)
    AND ({open} OR a.due_at >= $settled OR a.created_at > $settled - INTERVAL 4 HOUR)
ORDER BY a.territory_id, a.created_at;

-- step: newest
SELECT value::TIMESTAMP FROM meta WHERE key = 'newest';

-- step: settle
-- Whatever is asked about a moment from here on can be told from the sums and `live`.
DELETE FROM live a WHERE NOT {open} AND coalesce(a.due_at < $settled, TRUE) AND a.created_at <= $settled - INTERVAL 4 HOUR;
DELETE FROM meta WHERE key = 'settled';
INSERT INTO meta VALUES ('settled', $settled::TIMESTAMP::VARCHAR);

-- step: sums_of_appeals
SELECT {counts} FROM appeals a;

-- step: sums_of_day_territory
SELECT {sums} FROM day_territory a;

-- step: sums_of_day_region
SELECT {sums} FROM day_region a;

-- step: sums_of_day_region_channel
SELECT {sums} FROM day_region_channel a;

-- step: sums_of_day_topic
SELECT {sums} FROM day_topic a;

-- step: sums_of_day_region_block
SELECT sum(appeals)::INTEGER AS appeals FROM day_region_block;
