-- Rows of bench/pages.py, drawn inside DuckDB: the same number gives the same rows. Run month by month, then rollups are made.

-- step: towns
-- Municipalities by their share of the residents, as ranges of one random number.
CREATE TEMP TABLE towns AS
SELECT territory_id, timezone, sum(population) OVER (ORDER BY territory_id) / sum(population) OVER () - population / sum(population) OVER () AS low
FROM territories WHERE kind = 'municipality' AND population > 0 ORDER BY low;
CREATE TEMP TABLE themes AS
SELECT topic_id, topic_group_id, block_id, (n - 1) / total AS low
FROM (SELECT *, sum(1 / rank) OVER (ORDER BY rank) - 1 / rank + 1e-12 AS n, sum(1 / rank) OVER () AS total FROM (SELECT *, row_number() OVER (ORDER BY hash(topic_id)) AS rank FROM topics))
ORDER BY low;

-- step: month
INSERT INTO appeals
WITH drawn AS (
    SELECT
        i, (hash(i) >> 1)::BIGINT AS appeal_id,
        (hash(i, 1) % 1000000007) / 1000000007.0 AS u_town, (hash(i, 2) % 1000000007) / 1000000007.0 AS u_topic,
        (hash(i, 3) % 1000000007) / 1000000007.0 AS u_time, (hash(i, 4) % 1000000007) / 1000000007.0 AS u_response,
        (hash(i, 5) % 1000000007) / 1000000007.0 AS u_spread, (hash(i, 6) % 1000000007) / 1000000007.0 AS u_closing, hash(i, 7) AS dice
    FROM range($begin, $end) r(i)
), placed AS (
    SELECT d.*, w.territory_id, w.timezone, p.topic_id, p.topic_group_id, p.block_id,
        $first::TIMESTAMP + to_minutes((u_time * $minutes)::BIGINT) AS created_at
    FROM drawn d ASOF JOIN towns w ON d.u_town >= w.low ASOF JOIN themes p ON d.u_topic >= p.low
), timed AS (
    SELECT *, ((created_at AT TIME ZONE 'UTC') AT TIME ZONE timezone) AS local,
        exp(5.2 + 1.7 * sqrt(-2 * ln(greatest(u_response, 1e-9))) * cos(6.2832 * u_spread))::INTEGER AS response,
        exp(8.6 + 1.0 * sqrt(-2 * ln(greatest(u_closing, 1e-9))) * cos(6.2832 * u_time))::INTEGER AS closing, 8 + dice % 23 AS term
    FROM placed
), answered AS (
    SELECT *, CASE WHEN dice % 100 >= 3 AND created_at + to_minutes(response::BIGINT) <= $as_of THEN response END AS response_minutes,
        CASE WHEN dice % 100 >= 3 AND created_at + to_minutes((response + closing)::BIGINT) <= $as_of THEN response + closing END AS closing_minutes
    FROM timed
)
SELECT
    appeal_id, (dice // 128 % 4 + 1)::SMALLINT, CASE WHEN $full THEN 'A-' || i END, if(dice // 512 % 10 = 0, 'restricted', 'public')::visibility,
    (dice // 1024 % 9 + 1)::SMALLINT, dice // 1024 % 9 IN (0, 6, 8), created_at, local::DATE, hour(local)::TINYINT, territory_id, NULL,
    CASE WHEN $full THEN 'улица ' || (dice // 77 % 400) END, CASE WHEN $full THEN (dice // 31 % 200)::VARCHAR END,
    CASE WHEN $full THEN 55 + (dice // 19 % 100000) / 1e5 END, CASE WHEN $full THEN 37 + (dice // 23 % 100000) / 1e5 END,
    block_id, topic_group_id, topic_id, 1, if(dice // 16384 % 20 = 0, 'informational', 'resolvable')::appeal_type,
    (CASE WHEN dice % 100 = 99 THEN 'rejected' WHEN closing_minutes IS NOT NULL THEN 'closed' WHEN response_minutes IS NOT NULL THEN 'answered' ELSE 'assigned' END)::appeal_status,
    (CASE WHEN closing_minutes IS NOT NULL AND dice % 100 <> 99 THEN CASE WHEN dice // 65536 % 10 < 7 THEN 'resolved' WHEN dice // 65536 % 10 < 9 THEN 'explained' ELSE 'postponed' END END)::appeal_outcome,
    (dice // 262144 % 60 + 1)::SMALLINT, (CASE WHEN dice // 4194304 % 3 = 0 THEN 'regional' ELSE 'municipal' END)::executor_level,
    created_at, created_at + to_minutes(response_minutes::BIGINT), created_at + to_minutes(closing_minutes::BIGINT), created_at + to_days(term::INTEGER),
    response_minutes, response_minutes // 3, closing_minutes, dice // 33554432 % 50 = 0, NULL,
    CASE WHEN closing_minutes IS NOT NULL AND dice // 67108864 % 8 = 0 THEN (dice // 1073741824 % 5 + 1)::TINYINT END, CASE WHEN $full THEN (hash(i // 3) >> 1)::BIGINT END,
    NULL, NULL, CASE WHEN $full THEN 'https://vk.com/wall-' || (dice % 100000) || '_' || i END, created_at, created_at, 0, created_at + to_hours(if(dice // 134217728 % 3 = 0, 4, 24))
FROM answered
ORDER BY territory_id, created_at;

-- step: newest
INSERT INTO meta SELECT 'newest', max(greatest(created_at, first_response_at, closed_at))::VARCHAR FROM appeals;
