-- Sums of appeals that pages read instead of the appeals themselves. Run by queries/rollups.py inside the transaction of whatever
-- changed appeals: every cell of a touched day is made anew. {columns}, {counts}: one a measure of queries/metrics.py.

-- step: create
-- Days are those of arrival, in the territory's own time. territory_id is the region in day_region and its like, the country (1)
-- in day_country and day_topic, so that conditions on places read the same everywhere. The sums tell the moment `settled` of meta: rows
-- count as if every term had come, and rows without `appeals` take from them what the clock had not told by then.
CREATE OR REPLACE TABLE day_country (day DATE, territory_id INTEGER, {columns});
CREATE OR REPLACE TABLE day_territory (day DATE, territory_id INTEGER, {columns});
CREATE OR REPLACE TABLE day_region (day DATE, territory_id INTEGER, {columns});
CREATE OR REPLACE TABLE day_region_channel (day DATE, territory_id INTEGER, channel_id SMALLINT, {columns});
CREATE OR REPLACE TABLE day_topic (day DATE, territory_id INTEGER, block_id SMALLINT, topic_group_id SMALLINT, topic_id SMALLINT, {columns});
CREATE OR REPLACE TABLE day_region_block (day DATE, territory_id INTEGER, block_id SMALLINT, appeals INTEGER);
-- Appeals that are still open.
CREATE OR REPLACE TABLE live (
    appeal_id BIGINT, day DATE, hour TINYINT, territory_id INTEGER, region_id INTEGER, created_at TIMESTAMP_S, visibility visibility, channel_id SMALLINT,
    is_official BOOLEAN, block_id SMALLINT, topic_group_id SMALLINT, topic_id SMALLINT, type appeal_type, status appeal_status, outcome appeal_outcome,
    executor_id SMALLINT, level executor_level, closed_at TIMESTAMP_S, due_at TIMESTAMP_S, response_minutes INTEGER, answer_due_at TIMESTAMP_S);
-- What the clock still has to say of an appeal: before `until`, each measure is off by so much from what it will be. A row a moment,
-- none once the moment `settled` of meta has passed it.
CREATE OR REPLACE TABLE unsettled (
    day DATE, territory_id INTEGER, region_id INTEGER, channel_id SMALLINT, block_id SMALLINT, topic_group_id SMALLINT, topic_id SMALLINT,
    until TIMESTAMP, {changing});
-- Open appeals whose terms, of the answer too, had all passed by `settled`: nothing changes them but their age. due_at: the earliest.
-- territory_id is the region.
CREATE OR REPLACE TABLE held (territory_id INTEGER, executor_id SMALLINT, open INTEGER, answer_overdue INTEGER, due_at TIMESTAMP_S);
-- How many appeals of the month in the whole country came, went, fell due while open and were then closed, in which hour (UTC).
-- Rejected ones and those closed at an unknown time are left out.
CREATE OR REPLACE TABLE hour_country (month DATE, hour TIMESTAMP, came INTEGER, gone INTEGER, fell_due INTEGER, made_good INTEGER);
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
DELETE FROM day_country WHERE day IN (FROM touched);
DELETE FROM day_region WHERE day IN (FROM touched);
DELETE FROM day_region_channel WHERE day IN (FROM touched);
DELETE FROM day_topic WHERE day IN (FROM touched);
DELETE FROM day_region_block WHERE day IN (FROM touched);
DELETE FROM hour_country WHERE month IN (SELECT date_trunc('month', day) FROM touched);
DELETE FROM live WHERE day IN (FROM touched);
DELETE FROM unsettled WHERE day IN (FROM touched);
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
INSERT INTO day_country
SELECT a.day, 1, {sums} FROM day_region a WHERE a.day BETWEEN $first AND $last AND a.day IN (FROM touched) GROUP BY a.day ORDER BY a.day;
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
INSERT INTO hour_country
WITH waited AS (
    SELECT a.created_at, greatest(a.created_at, coalesce(a.closed_at, TIMESTAMP '9999-01-01')) AS closed_at, greatest(a.created_at, a.due_at) AS late_at,
        a.due_at IS NOT NULL AS has_term
    FROM appeals a
    WHERE a.day BETWEEN date_trunc('month', $first::DATE) AND last_day($first::DATE) AND a.status <> 'rejected' AND (a.closed_at IS NOT NULL OR {open})
), moved AS (
    SELECT date_trunc('hour', unnest([created_at, closed_at])) AS hour, unnest([1, 0]) AS came, unnest([0, 1]) AS gone, 0 AS fell_due, 0 AS made_good
    FROM waited
    UNION ALL
    SELECT date_trunc('hour', unnest([late_at, closed_at])), 0, 0, unnest([1, 0]), unnest([0, 1]) FROM waited WHERE has_term AND closed_at > late_at
)
SELECT date_trunc('month', $first::DATE), hour, sum(came), sum(gone), sum(fell_due), sum(made_good) FROM moved
WHERE hour < TIMESTAMP '9999-01-01' GROUP BY hour ORDER BY hour;
INSERT INTO live
SELECT
    a.appeal_id, a.day, a.hour, a.territory_id, t.region_id, a.created_at, a.visibility, a.channel_id, a.is_official, a.block_id, a.topic_group_id, a.topic_id,
    a.type, a.status, a.outcome, a.executor_id, a.level, a.closed_at, a.due_at, a.response_minutes, a.answer_due_at
FROM appeals a JOIN territories t USING (territory_id)
WHERE a.day BETWEEN $first AND $last AND a.day IN (FROM touched) AND {open}
ORDER BY a.territory_id, a.created_at;

-- step: unsettled
-- Once for each moment of TOLD_BY_CLOCK: {until} the moment, {changes} what the clock changes before it.
INSERT INTO unsettled BY NAME
SELECT a.day, a.territory_id, t.region_id, a.channel_id, a.block_id, a.topic_group_id, a.topic_id, {until} AS until, {changes}
FROM appeals a JOIN territories t USING (territory_id)
WHERE a.day BETWEEN $first AND $last AND a.day IN (FROM touched) AND {until} > $settled
ORDER BY until;

-- step: newest
SELECT value::TIMESTAMP FROM meta WHERE key = 'newest';

-- step: settle
-- Whatever is asked about a moment from here on can be told from the sums and `unsettled`.
DELETE FROM unsettled WHERE until <= $settled;
DELETE FROM meta WHERE key = 'settled';
INSERT INTO meta VALUES ('settled', $settled::TIMESTAMP::VARCHAR);
DELETE FROM held;
INSERT INTO held
SELECT a.region_id, a.executor_id, count(*), count(*) FILTER (WHERE a.response_minutes IS NULL AND a.answer_due_at IS NOT NULL), min(a.due_at)
FROM live a
WHERE {all_terms_passed}
GROUP BY ALL
ORDER BY ALL;

-- step: take_unsettled
-- Once for each table of CELLS: {table} and what tells its rows apart beside days, {cell}.
DELETE FROM {table} WHERE appeals IS NULL;
INSERT INTO {table} BY NAME SELECT a.day, {cell}, {changes} FROM unsettled a GROUP BY ALL ORDER BY ALL;

-- step: sums_of_appeals
SELECT {counts} FROM appeals a;

-- step: sums_of_day_territory
SELECT {sums} FROM day_territory a WHERE a.appeals IS NOT NULL;

-- step: sums_of_day_country
SELECT {sums} FROM day_country a WHERE a.appeals IS NOT NULL;

-- step: sums_of_hour_country
SELECT sum(a.came) - sum(a.gone) AS open FROM hour_country a;

-- step: sums_of_live
SELECT count(*) AS open FROM live;

-- step: sums_of_day_region
SELECT {sums} FROM day_region a WHERE a.appeals IS NOT NULL;

-- step: sums_of_day_region_channel
SELECT {sums} FROM day_region_channel a WHERE a.appeals IS NOT NULL;

-- step: sums_of_day_topic
SELECT {sums} FROM day_topic a WHERE a.appeals IS NOT NULL;

-- step: sums_of_day_region_block
SELECT sum(appeals)::INTEGER AS appeals FROM day_region_block;

-- step: left
SELECT {changes_left} FROM unsettled a;

-- step: taken
-- Of each table of CELLS.
SELECT {changes} FROM {table} a WHERE a.appeals IS NULL;
