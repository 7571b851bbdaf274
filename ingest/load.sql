-- Steps of one load, run in order inside one transaction by ingest/load.py. `stage` holds the batch as normalised rows.

-- step: seen_before
SELECT b.batch_id, b.name, b.read_rows, b.first_day, b.last_day FROM batches b WHERE b.content_hash = $content_hash;

-- step: next_batch
SELECT coalesce(max(batch_id), 0) + 1 FROM batches;

-- step: unknown_sources
-- What a load adds to a dictionary is numbered from 10001, so that the reference files may grow below.
INSERT INTO sources
SELECT greatest((SELECT max(source_id) FROM sources), 10000) + row_number() OVER (ORDER BY s.source), s.source, s.source, s.visibility::visibility
FROM (SELECT source, min(visibility) AS visibility FROM stage GROUP BY source) s
ANTI JOIN sources ON sources.code = s.source;

-- step: unknown_channels
INSERT INTO channels
SELECT greatest((SELECT max(channel_id) FROM channels), 10000) + row_number() OVER (ORDER BY s.channel), s.channel, s.channel, s.is_official
FROM (SELECT channel, bool_or(is_official) AS is_official FROM stage GROUP BY channel) s
ANTI JOIN channels ON channels.code = s.channel;

-- step: unknown_executors
INSERT INTO executors
SELECT greatest((SELECT max(executor_id) FROM executors), 10000) + row_number() OVER (ORDER BY s.executor), s.executor, s.level::executor_level
FROM (
    SELECT executor, min(level) AS level FROM stage WHERE executor IS NOT NULL GROUP BY executor
    UNION ALL
    SELECT e.executor, NULL FROM stage_events e ANTI JOIN stage ON stage.executor = e.executor WHERE e.executor IS NOT NULL GROUP BY e.executor
) s
ANTI JOIN executors ON executors.name = s.executor;

-- step: unknown_groups
INSERT INTO topic_groups
SELECT greatest((SELECT max(topic_group_id) FROM topic_groups), 10000) + row_number() OVER (ORDER BY s.topic_group), s.block_id, s.topic_group
FROM (
    SELECT coalesce(g.topic_group, g.topic) AS topic_group, min(coalesce(b.block_id, (SELECT block_id FROM blocks WHERE code = 'OTHER'))) AS block_id
    FROM (SELECT DISTINCT topic_group, topic, block FROM stage WHERE coalesce(topic_group, topic) IS NOT NULL) g
    LEFT JOIN group_blocks s ON s.topic_group = lower(g.topic_group)
    LEFT JOIN blocks b ON b.code = coalesce(g.block, s.block_code)
    WHERE g.topic_group IS NOT NULL OR NOT EXISTS (SELECT 1 FROM topics t WHERE t.name = g.topic)
    GROUP BY ALL
) s
ANTI JOIN topic_groups ON topic_groups.name = s.topic_group;

-- step: unknown_topics
INSERT INTO topics
SELECT greatest((SELECT max(topic_id) FROM topics), 10000) + row_number() OVER (ORDER BY s.topic, s.topic_group_id), s.topic_group_id, s.block_id, s.topic, 2
FROM (
    SELECT DISTINCT g.topic_group_id, g.block_id, stage.topic
    FROM stage
    JOIN topic_groups g ON g.name = coalesce(stage.topic_group, stage.topic)
    WHERE stage.topic IS NOT NULL
) s
ANTI JOIN topics ON topics.name = s.topic AND topics.topic_group_id = s.topic_group_id;

-- step: named_places
SELECT DISTINCT region, municipality FROM stage ORDER BY ALL;

-- step: all_numbered
SELECT coalesce(bool_and(external_id IS NOT NULL), FALSE) FROM stage;

-- step: identify
-- The key of a row is its number in the source, else a hash of (time, place, text) with its ordinal among equal rows.
CREATE OR REPLACE TEMP TABLE keyed AS
SELECT
    row_number,
    (md5_number_lower(source || chr(31) || coalesce(
        external_id,
        md5(concat_ws(chr(31), created_at, region, municipality, street, house, text)) || '#' || equal_ordinal
    )) >> 1)::BIGINT AS appeal_id
FROM (
    SELECT *, row_number() OVER (PARTITION BY source, created_at, region, municipality, street, house, text ORDER BY row_number) AS equal_ordinal
    FROM stage
);

-- step: identify_named
-- The same, when every row of the batch has its number: no window over texts.
CREATE OR REPLACE TEMP TABLE keyed AS
SELECT row_number, (md5_number_lower(source || chr(31) || external_id) >> 1)::BIGINT AS appeal_id
FROM stage;

-- step: compare
-- verdict: loaded | updated | stale | duplicate. Within a batch the last row of an id wins.
CREATE OR REPLACE TEMP TABLE verdicts AS
SELECT
    k.row_number, k.appeal_id,
    CASE
        WHEN k.newer_in_batch > 1 THEN 'duplicate'
        WHEN a.appeal_id IS NULL THEN 'loaded'
        WHEN s.source_updated_at IS NOT NULL AND a.source_updated_at IS NOT NULL THEN
            CASE WHEN s.source_updated_at > a.source_updated_at THEN 'updated' WHEN s.source_updated_at < a.source_updated_at THEN 'stale' ELSE 'duplicate' END
        WHEN array_position($order, s.status) > array_position($order, a.status::VARCHAR) THEN 'updated'
        WHEN array_position($order, s.status) < array_position($order, a.status::VARCHAR) THEN 'stale'
        ELSE 'duplicate'
    END AS verdict
FROM (SELECT *, row_number() OVER (PARTITION BY appeal_id ORDER BY row_number DESC) AS newer_in_batch FROM keyed) k
JOIN stage s ON s.row_number = k.row_number
LEFT JOIN (SELECT appeal_id, status, source_updated_at FROM appeals SEMI JOIN keyed USING (appeal_id)) a ON a.appeal_id = k.appeal_id;

-- step: labels
CREATE OR REPLACE TEMP TABLE labels AS
SELECT l.block, l.topic_group, l.topic, coalesce(t.block_id, g.block_id, b.block_id) AS block_id, coalesce(t.topic_group_id, g.topic_group_id) AS topic_group_id, t.topic_id
FROM (SELECT DISTINCT block, topic_group, topic FROM stage) l
LEFT JOIN blocks b ON b.code = l.block
LEFT JOIN topic_groups g ON g.name = l.topic_group
LEFT JOIN topics exact ON exact.topic_group_id = g.topic_group_id AND exact.name = l.topic
LEFT JOIN (SELECT name, min(topic_id) AS topic_id FROM topics GROUP BY name) alone ON l.topic_group IS NULL AND alone.name = l.topic
LEFT JOIN topics t ON t.topic_id = coalesce(exact.topic_id, alone.topic_id);

-- step: resolve
CREATE OR REPLACE TEMP TABLE incoming AS
SELECT
    row_number() OVER () AS n, v.appeal_id, v.verdict, src.source_id, s.external_id, s.visibility::visibility AS visibility, ch.channel_id, s.is_official,
    s.created_at, ((s.created_at AT TIME ZONE 'UTC') AT TIME ZONE t.timezone) AS created_local, t.timezone,
    t.territory_id, s.settlement, s.street, s.house, s.lat, s.lon, l.block_id, l.topic_group_id, l.topic_id,
    coalesce(s.type, 'resolvable')::appeal_type AS type, s.status::appeal_status AS status, s.outcome::appeal_outcome AS outcome,
    e.executor_id, coalesce(s.level, e.level::VARCHAR)::executor_level AS level,
    s.assigned_at, s.first_response_at, s.closed_at, s.due_at,
    s.reopened, CASE WHEN s.repeat_of IS NOT NULL THEN (md5_number_lower(s.source || chr(31) || s.repeat_of) >> 1)::BIGINT END AS repeat_of,
    s.rating, s.author, s.audience, s.engagement, s.url, s.source_updated_at, s.first_loaded_at, s.text, s.language, s.reply
FROM (SELECT * FROM verdicts WHERE verdict IN ('loaded', 'updated')) v
JOIN stage s ON s.row_number = v.row_number
JOIN sources src ON src.code = s.source
JOIN channels ch ON ch.code = s.channel
JOIN places p ON p.region IS NOT DISTINCT FROM s.region AND p.municipality IS NOT DISTINCT FROM s.municipality
JOIN territories t ON t.territory_id = p.territory_id
JOIN labels l ON l.block IS NOT DISTINCT FROM s.block AND l.topic_group IS NOT DISTINCT FROM s.topic_group AND l.topic IS NOT DISTINCT FROM s.topic
LEFT JOIN executors e ON e.name = s.executor;

-- step: norms
-- The norm of a source, block, topic and territory is the most specific row of norms: the town's own before its region's before any;
-- then the row that names the topic, the source, the block.
CREATE OR REPLACE TEMP TABLE norm_of AS
SELECT DISTINCT ON (k.source_id, k.block_id, k.topic_id, k.territory_id) k.*, n.answer_hours, n.resolution_days, n.clock
FROM (
    SELECT DISTINCT source_id, coalesce(block_id, 0) AS block_id, coalesce(topic_id, 0) AS topic_id, territory_id FROM incoming
) k
JOIN sources s ON s.source_id = k.source_id
LEFT JOIN blocks b ON b.block_id = k.block_id
LEFT JOIN topics p ON p.topic_id = k.topic_id
LEFT JOIN territories t ON t.territory_id = k.territory_id
JOIN norms n ON n.source_code IN (s.code, '*') AND n.block_code IN (coalesce(b.code, '*'), '*') AND n.topic IN (coalesce(p.name, '*'), '*')
    AND n.territory_id IN (k.territory_id::VARCHAR, coalesce(t.region_id, 0)::VARCHAR, '*')
ORDER BY
    k.source_id, k.block_id, k.topic_id, k.territory_id,
    CASE n.territory_id WHEN k.territory_id::VARCHAR THEN 16 WHEN '*' THEN 0 ELSE 8 END
    + (n.topic <> '*')::INTEGER * 4 + (n.source_code <> '*')::INTEGER * 2 + (n.block_code <> '*')::INTEGER DESC;

-- step: clocks
-- Local times, the norm and the working hours of each row, for the working clock and the terms that Python adds. Hours are the
-- town's own, else its region's, else everybody's.
CREATE OR REPLACE TEMP TABLE timed AS
SELECT
    i.*,
    CASE WHEN i.first_response_at >= i.created_at THEN date_diff('second', i.created_at, i.first_response_at) // 60 END::INTEGER AS response_minutes,
    CASE WHEN i.closed_at >= i.created_at THEN date_diff('second', i.created_at, i.closed_at) // 60 END::INTEGER AS closing_minutes,
    ((i.first_response_at AT TIME ZONE 'UTC') AT TIME ZONE i.timezone) AS response_local,
    CASE WHEN $has_terms THEN n.answer_hours END AS answer_hours, CASE WHEN $has_terms THEN n.resolution_days END AS resolution_days, n.clock,
    coalesce(own.opens, around.opens, everywhere.opens) AS opens, coalesce(own.closes, around.closes, everywhere.closes) AS closes
FROM incoming i
JOIN territories t USING (territory_id)
LEFT JOIN working_hours own ON own.territory_id = i.territory_id::VARCHAR
LEFT JOIN working_hours around ON around.territory_id = t.region_id::VARCHAR
JOIN working_hours everywhere ON everywhere.territory_id = '*'
LEFT JOIN norm_of n ON n.source_id = i.source_id AND n.block_id = coalesce(i.block_id, 0) AND n.topic_id = coalesce(i.topic_id, 0)
    AND n.territory_id = i.territory_id;

-- step: stored
-- The stored appeals with a term, in the shape of `incoming`.
CREATE OR REPLACE TEMP TABLE incoming AS
SELECT row_number() OVER () AS n, a.*, ((a.created_at AT TIME ZONE 'UTC') AT TIME ZONE t.timezone) AS created_local, t.timezone
FROM appeals a JOIN territories t USING (territory_id)
WHERE a.due_at IS NOT NULL;

-- step: set_answer_terms
UPDATE appeals SET answer_due_at = w.answer_due_at FROM worked w WHERE w.appeal_id = appeals.appeal_id;
DROP TABLE incoming;
DROP TABLE timed;
DROP TABLE worked;

-- step: incoming_rows
SELECT count(*) FROM incoming;

-- step: text_rows
SELECT appeal_id, text FROM incoming WHERE text IS NOT NULL AND n BETWEEN $first AND $last;

-- step: timed_rows
SELECT appeal_id, created_at, created_local, response_local, due_at, answer_hours, resolution_days, clock, opens, closes FROM timed WHERE n BETWEEN $first AND $last;

-- step: untopiced
SELECT i.appeal_id, k.keys FROM incoming i JOIN text_keys k USING (appeal_id) WHERE i.topic_id IS NULL AND k.keys <> '' AND i.n BETWEEN $first AND $last;

-- step: decided
-- Topics that the source did not give: what people said last of an appeal, else a sure guess that agrees with the group
-- and the block of the source.
CREATE OR REPLACE TEMP TABLE decided AS
WITH said AS (
    SELECT appeal_id, last(topic_id ORDER BY written_at, rowid) AS topic_id FROM topic_corrections SEMI JOIN incoming USING (appeal_id) GROUP BY appeal_id
), chosen AS (
    SELECT appeal_id, topic_id, 1::FLOAT AS confidence FROM said
    UNION ALL
    SELECT g.appeal_id, g.topic_id, g.confidence
    FROM guesses g JOIN incoming i USING (appeal_id) JOIN topics t ON t.topic_id = g.topic_id
    ANTI JOIN said ON said.appeal_id = g.appeal_id
    WHERE g.is_sure AND i.topic_id IS NULL
        AND coalesce(i.topic_group_id, t.topic_group_id) = t.topic_group_id AND coalesce(nullif(i.block_id, 99), t.block_id) = t.block_id
)
SELECT c.appeal_id, t.topic_id, t.topic_group_id, t.block_id, c.confidence FROM chosen c JOIN topics t USING (topic_id);

-- step: hints
DELETE FROM topic_hints WHERE appeal_id IN (SELECT appeal_id FROM incoming WHERE verdict = 'updated');
INSERT INTO topic_hints
SELECT g.appeal_id, g.topic_id, g.rank, g.confidence, g.how
FROM guesses g JOIN incoming i USING (appeal_id)
ANTI JOIN decided d ON d.appeal_id = g.appeal_id
WHERE i.topic_id IS NULL
ORDER BY g.appeal_id, g.rank;

-- step: touched_before
-- The days whose sums a load changes: those its updated appeals stood on, with the appeals they repeated …
CREATE OR REPLACE TEMP TABLE touched AS
WITH old AS (SELECT day, repeat_of FROM appeals WHERE appeal_id IN (SELECT appeal_id FROM verdicts WHERE verdict = 'updated'))
SELECT day FROM old UNION SELECT day FROM appeals WHERE appeal_id IN (SELECT repeat_of FROM old WHERE repeat_of IS NOT NULL);

-- step: touched_after
-- … and those its rows stand on now, with the appeals they repeat and those it has later answers of.
INSERT INTO touched
SELECT day FROM appeals
WHERE batch_id = $batch_id OR appeal_id IN (SELECT repeat_of FROM incoming WHERE repeat_of IS NOT NULL UNION ALL SELECT appeal_id FROM new_replies)
EXCEPT FROM touched;

-- step: replace
DELETE FROM appeals WHERE appeal_id IN (SELECT appeal_id FROM incoming WHERE verdict = 'updated');
DELETE FROM texts WHERE appeal_id IN (SELECT appeal_id FROM incoming WHERE verdict = 'updated');

-- step: insert
INSERT INTO appeals
SELECT
    t.appeal_id, t.source_id, t.external_id, t.visibility, t.channel_id, t.is_official,
    t.created_at, t.created_local::DATE AS day, hour(t.created_local)::TINYINT, t.territory_id, t.settlement, t.street, t.house,
    t.lat, t.lon, coalesce(d.block_id, t.block_id), coalesce(d.topic_group_id, t.topic_group_id), coalesce(d.topic_id, t.topic_id),
    CASE WHEN t.topic_id IS NOT NULL THEN 1 ELSE d.confidence END,
    t.type, t.status, t.outcome, t.executor_id, t.level, t.assigned_at, t.first_response_at, t.closed_at, w.due_at,
    t.response_minutes, w.response_work_minutes, t.closing_minutes, t.reopened, t.repeat_of,
    t.rating, t.author, t.audience, t.engagement, t.url, coalesce(t.first_loaded_at, $loaded_at), t.source_updated_at, $batch_id, w.answer_due_at
FROM timed t
JOIN worked w USING (appeal_id)
LEFT JOIN decided d USING (appeal_id)
ORDER BY date_trunc('month', t.created_local), t.territory_id, t.created_at;
INSERT INTO texts
SELECT i.appeal_id, i.text, coalesce(i.language, k.language), k.keys, i.reply
FROM incoming i
LEFT JOIN text_keys k ON k.appeal_id = i.appeal_id
WHERE i.text IS NOT NULL OR i.reply IS NOT NULL
ORDER BY date_trunc('month', i.created_local), i.territory_id, i.created_at;

-- step: open_month
-- Where does the newest month begin, how many rows does it hold, and did this batch add to it?
FROM (FROM appeals SELECT date_trunc('month', max(day))::DATE AS first) m JOIN appeals a ON a.day >= m.first
SELECT any_value(m.first), count(*), count(*) FILTER (WHERE a.batch_id = $batch_id);

-- step: sort_month
CREATE OR REPLACE TEMP TABLE month_rows AS FROM appeals WHERE day >= $first ORDER BY territory_id, created_at;
DELETE FROM appeals WHERE day >= $first;
INSERT INTO appeals FROM month_rows;
DROP TABLE month_rows;

-- step: linked
-- Which appeal a row of a log, a comment or an answer speaks of: by the number in the source it names, else the only
-- appeal of any source with that number.
CREATE OR REPLACE TEMP TABLE linked AS
WITH wanted AS (
    SELECT DISTINCT l.source, l.external_id, (md5_number_lower(coalesce(s.source, l.source) || chr(31) || l.external_id) >> 1)::BIGINT AS named
    FROM (
        SELECT source, external_id FROM stage_events
        UNION SELECT source, external_id FROM stage_comments WHERE external_id IS NOT NULL
        UNION SELECT source, external_id FROM stage_replies
    ) l
    LEFT JOIN (SELECT DISTINCT external_id, source FROM stage) s ON s.external_id = l.external_id
), own AS (
    SELECT w.source, w.external_id, a.appeal_id FROM wanted w JOIN appeals a ON a.appeal_id = w.named
), strangers AS (
    SELECT source, external_id FROM wanted ANTI JOIN own USING (source, external_id)
), lone AS (
    SELECT external_id, min(appeal_id) AS appeal_id FROM appeals WHERE external_id IN (SELECT external_id FROM strangers) GROUP BY ALL HAVING count(*) = 1
)
FROM own UNION ALL SELECT source, external_id, appeal_id FROM strangers JOIN lone USING (external_id);

-- step: events
-- The log of an updated appeal is replaced; a step already known is not added twice; a step of an unknown appeal is left out.
CREATE OR REPLACE TEMP TABLE new_events AS
SELECT DISTINCT l.appeal_id, e."at" AS happened_at, e.status::appeal_status AS status, x.executor_id, e.note
FROM stage_events e
JOIN linked l USING (source, external_id)
LEFT JOIN executors x ON x.name = e.executor;
DELETE FROM events WHERE appeal_id IN (SELECT appeal_id FROM verdicts WHERE verdict = 'updated');
INSERT INTO events
SELECT n.appeal_id, n.happened_at, n.status, n.executor_id, n.note, $batch_id
FROM new_events n
JOIN appeals a ON a.appeal_id = n.appeal_id
ANTI JOIN events old ON old.appeal_id = n.appeal_id AND old.happened_at = n.happened_at AND old.status IS NOT DISTINCT FROM n.status
ORDER BY a.territory_id, n.appeal_id, n.happened_at;

-- step: comments
-- Linked by the number of the appeal or the address of the post; without either, or before its appeal came, a comment stands alone.
INSERT INTO comments
SELECT c.comment_id, a.appeal_id, c.created_at, coalesce(a.territory_id, 0), a.topic_id, c.text, c.author, $batch_id
FROM (
    SELECT DISTINCT ON (comment_id) * FROM (
        SELECT
            k.*, (md5_number_lower(k.source || chr(31) || coalesce(k.comment_external_id, md5(concat_ws(chr(31), k.created_at, k.external_id, k.text)))) >> 1)::BIGINT AS comment_id,
            coalesce(u.appeal_id, l.appeal_id) AS of_appeal
        FROM stage_comments k
        LEFT JOIN linked l USING (source, external_id)
        LEFT JOIN posts u ON u.address = k.external_id
    )
) c
LEFT JOIN appeals a ON a.appeal_id = c.of_appeal
ANTI JOIN comments old ON old.comment_id = c.comment_id
ORDER BY coalesce(a.territory_id, 0), c.created_at;

-- step: commented_posts
SELECT DISTINCT external_id FROM stage_comments WHERE contains(external_id, '/');

-- step: posts_of
SELECT appeal_id, url FROM appeals WHERE url IS NOT NULL;

-- step: replies
-- A later answer or mark of an appeal loaded before.
CREATE OR REPLACE TEMP TABLE new_replies AS
SELECT appeal_id, min("at") AS replied_at, arg_max(reply, "at") AS reply, arg_max(rating, "at") AS rating
FROM stage_replies JOIN linked USING (source, external_id)
GROUP BY appeal_id;
UPDATE appeals SET
    rating = coalesce(n.rating, appeals.rating),
    first_response_at = coalesce(appeals.first_response_at, n.replied_at),
    response_minutes = coalesce(appeals.response_minutes, date_diff('second', appeals.created_at, n.replied_at) // 60),
    status = CASE WHEN appeals.status IN ('new', 'assigned') AND n.reply IS NOT NULL THEN 'answered' ELSE appeals.status END
FROM new_replies n
WHERE n.appeal_id = appeals.appeal_id AND n.replied_at >= appeals.created_at;
INSERT INTO texts SELECT n.appeal_id, NULL, NULL, NULL, NULL FROM new_replies n JOIN appeals USING (appeal_id) ANTI JOIN texts x ON x.appeal_id = n.appeal_id;
UPDATE texts SET reply = n.reply FROM new_replies n WHERE n.appeal_id = texts.appeal_id AND n.reply IS NOT NULL;

-- step: source_days
-- A day is silent when a source that usually sends at least 10 a day sent nothing, partial when it sent under a third.
-- Usual is the median of the same weekday over eight weeks before.
DELETE FROM source_days WHERE source_id IN (SELECT DISTINCT source_id FROM incoming);
INSERT INTO source_days
WITH span AS (
    SELECT source_id, min(day) AS first, max(day) AS last FROM appeals
    WHERE source_id IN (SELECT DISTINCT source_id FROM incoming) GROUP BY source_id
), calendar AS (
    SELECT source_id, unnest(generate_series(first, last, INTERVAL 1 DAY))::DATE AS day FROM span
), received AS (
    SELECT c.source_id, c.day, coalesce(n.received, 0) AS received
    FROM calendar c
    LEFT JOIN (SELECT source_id, day, count(*) AS received FROM appeals GROUP BY ALL) n USING (source_id, day)
), usual AS (
    SELECT *, median(received) OVER (PARTITION BY source_id, dayofweek(day) ORDER BY day ROWS BETWEEN 8 PRECEDING AND 1 PRECEDING) AS expected
    FROM received
)
SELECT
    source_id, day, received, expected,
    CASE WHEN expected >= 10 AND received = 0 THEN 'silent' WHEN expected >= 10 AND received < expected / 3 THEN 'partial' ELSE 'ok' END
FROM usual;

-- step: unplaced
INSERT INTO unplaced
SELECT $batch_id, s.region, s.municipality, v.appeal_id
FROM stage s
JOIN verdicts v USING (row_number)
JOIN places p ON p.region IS NOT DISTINCT FROM s.region AND p.municipality IS NOT DISTINCT FROM s.municipality
WHERE p.territory_id = 0 AND v.verdict IN ('loaded', 'updated');

-- step: known_matches
SELECT region, municipality, arg_max(territory_id, written_at) AS territory_id FROM place_matches GROUP BY ALL;

-- step: touched_by_match
-- The days of the appeals of a place; another clock moves an appeal by one day at most.
CREATE OR REPLACE TEMP TABLE touched AS
SELECT DISTINCT a.day + s.shift AS day
FROM appeals a JOIN unplaced u USING (appeal_id), (VALUES (-1), (0), (1)) s (shift)
WHERE u.region IS NOT DISTINCT FROM $region AND u.municipality IS NOT DISTINCT FROM $municipality;

-- step: match
-- Appeals of a place that has just been matched move to its territory and to its clock.
UPDATE appeals SET
    territory_id = t.territory_id,
    day = ((appeals.created_at AT TIME ZONE 'UTC') AT TIME ZONE t.timezone)::DATE,
    hour = hour((appeals.created_at AT TIME ZONE 'UTC') AT TIME ZONE t.timezone)::TINYINT
FROM territories t, unplaced u
WHERE t.territory_id = $territory_id AND u.appeal_id = appeals.appeal_id
    AND u.region IS NOT DISTINCT FROM $region AND u.municipality IS NOT DISTINCT FROM $municipality;
UPDATE comments SET territory_id = $territory_id WHERE appeal_id IN (
    SELECT u.appeal_id FROM unplaced u WHERE u.region IS NOT DISTINCT FROM $region AND u.municipality IS NOT DISTINCT FROM $municipality
);
DELETE FROM unplaced WHERE region IS NOT DISTINCT FROM $region AND municipality IS NOT DISTINCT FROM $municipality;

-- step: verdict_counts
SELECT verdict, count(*) FROM verdicts GROUP BY verdict;

-- step: batch_span
SELECT min(created_local)::DATE, max(created_local)::DATE, max(greatest(created_at, first_response_at, closed_at)) FROM incoming;

-- step: batch_comments
SELECT count(*), count(*) FILTER (WHERE appeal_id IS NULL) FROM comments WHERE batch_id = $batch_id;

-- step: unknown_linked
-- Steps and answers of appeals that are not here: rejected with their number, to be loaded again after the appeals.
INSERT INTO rejects
SELECT $batch_id, NULL, 'обращения с таким номером нет в базе: загрузите сначала обращения', l.external_id
FROM (SELECT source, external_id FROM stage_events UNION ALL SELECT source, external_id FROM stage_replies) l
ANTI JOIN linked USING (source, external_id);

-- step: linked_counts
-- Of a batch without appeals: rows read, taken as new, taken as changes, refused because their appeal is not known.
SELECT
    (SELECT count(*) FROM stage_comments) + (SELECT count(*) FROM stage_events) + (SELECT count(*) FROM stage_replies) AS read,
    (SELECT count(*) FROM comments WHERE batch_id = $batch_id) + (SELECT count(*) FROM events WHERE batch_id = $batch_id) AS loaded,
    (SELECT count(*) FROM new_replies n SEMI JOIN appeals a ON a.appeal_id = n.appeal_id) AS updated,
    (SELECT count(*) FROM rejects WHERE batch_id = $batch_id AND row_number IS NULL) AS unknown;

-- step: close_batch
INSERT INTO batches
SELECT
    $batch_id, (SELECT source_id FROM sources WHERE code = $source), $name, $content_hash, $loaded_at,
    $read, $loaded, $updated, $duplicates, $stale, $rejected, $first_day, $last_day;

-- step: newest
DELETE FROM meta WHERE key = 'newest' AND value < $newest;
INSERT INTO meta SELECT 'newest', $newest WHERE NOT EXISTS (SELECT 1 FROM meta WHERE key = 'newest');

-- step: demo_calls
-- Whom the demo's centre called about late appeals on the second day after the term. After a call things often move: those that
-- were closed soon after are called about more often.
SELECT a.appeal_id, a.executor_id, (a.due_at::DATE + 2 + INTERVAL (6 + (hash(a.appeal_id) % 4)::INTEGER) HOUR)::TIMESTAMP AS called_at
FROM appeals a
WHERE a.executor_id IS NOT NULL AND a.status <> 'rejected' AND called_at < $as_of AND (a.closed_at IS NULL OR a.closed_at > called_at)
    AND hash(a.external_id) % 100 < CASE WHEN a.closed_at < called_at + INTERVAL 3 DAY THEN 35 ELSE 5 END
ORDER BY called_at DESC, a.appeal_id
LIMIT 300;

-- step: history
INSERT INTO batches
SELECT
    (SELECT coalesce(max(batch_id), 0) FROM batches) + row_number() OVER (ORDER BY p.loaded_at, p.source), s.source_id, 'ежедневная выгрузка', NULL,
    p.loaded_at::TIMESTAMP, p.rows, p.rows, 0, 0, 0, 0, p.first_day::DATE, p.last_day::DATE
FROM past_loads p
JOIN sources s ON s.code = p.source;
