-- The store. Sorted by (month, territory_id, created_at); no primary key on big tables: uniqueness is kept by ingest/load.py.
CREATE TYPE visibility AS ENUM ('public', 'restricted');
CREATE TYPE appeal_type AS ENUM ('resolvable', 'informational', 'unresolvable');
CREATE TYPE appeal_status AS ENUM ('new', 'assigned', 'answered', 'closed', 'rejected');
CREATE TYPE appeal_outcome AS ENUM ('resolved', 'explained', 'not_resolved', 'postponed');
CREATE TYPE executor_level AS ENUM ('municipal', 'regional', 'federal');

CREATE TABLE meta (key VARCHAR, value VARCHAR);

-- dictionaries ---------------------------------------------------------------------------------------------------------
CREATE TABLE sources (source_id SMALLINT, code VARCHAR, name VARCHAR, visibility visibility);
CREATE TABLE channels (channel_id SMALLINT, code VARCHAR, name VARCHAR, is_official BOOLEAN);
CREATE TABLE blocks (block_id SMALLINT, code VARCHAR, name VARCHAR);
CREATE TABLE topic_groups (topic_group_id SMALLINT, block_id SMALLINT, name VARCHAR);
CREATE TABLE topics (topic_id SMALLINT, topic_group_id SMALLINT, block_id SMALLINT, name VARCHAR, severity TINYINT);
CREATE TABLE executors (executor_id SMALLINT, name VARCHAR, level executor_level);
-- kind: country (1) | region | municipality; 0 is «Не привязано». Ids come from data/reference/territories.csv or, for places met in a load, grow from 100000.
CREATE TABLE territories (
    territory_id INTEGER, parent_id INTEGER, region_id INTEGER, kind VARCHAR, name VARCHAR, oktmo VARCHAR,
    population INTEGER, lat DOUBLE, lon DOUBLE, timezone VARCHAR, is_pilot BOOLEAN, connected_on DATE);

-- appeals --------------------------------------------------------------------------------------------------------------
-- Moments are UTC, to the second: a third of the file is moments, and microseconds would make it half as large again.
CREATE TABLE appeals (
    appeal_id BIGINT, source_id SMALLINT, external_id VARCHAR, visibility visibility, channel_id SMALLINT, is_official BOOLEAN,
    created_at TIMESTAMP_S, day DATE, hour TINYINT, territory_id INTEGER, settlement VARCHAR, street VARCHAR, house VARCHAR,
    lat DOUBLE, lon DOUBLE, block_id SMALLINT, topic_group_id SMALLINT, topic_id SMALLINT, topic_confidence FLOAT,
    type appeal_type, status appeal_status, outcome appeal_outcome, executor_id SMALLINT, level executor_level,
    assigned_at TIMESTAMP_S, first_response_at TIMESTAMP_S, closed_at TIMESTAMP_S, due_at TIMESTAMP_S,
    response_minutes INTEGER, response_work_minutes INTEGER, closing_minutes INTEGER, reopened BOOLEAN, repeat_of BIGINT,
    rating TINYINT, author_key BIGINT, audience INTEGER, engagement INTEGER, url VARCHAR,
    first_loaded_at TIMESTAMP_S, source_updated_at TIMESTAMP_S, batch_id INTEGER, answer_due_at TIMESTAMP_S);
CREATE TABLE texts (appeal_id BIGINT, text VARCHAR, language VARCHAR, keys VARCHAR, reply VARCHAR);
CREATE TABLE comments (
    comment_id BIGINT, appeal_id BIGINT, created_at TIMESTAMP, territory_id INTEGER, topic_id SMALLINT, text VARCHAR, author_key BIGINT, batch_id INTEGER);
CREATE TABLE events (appeal_id BIGINT, happened_at TIMESTAMP, status appeal_status, executor_id SMALLINT, note VARCHAR, batch_id INTEGER);

-- loads ----------------------------------------------------------------------------------------------------------------
CREATE TABLE batches (
    batch_id INTEGER, source_id SMALLINT, name VARCHAR, content_hash VARCHAR, loaded_at TIMESTAMP,
    read_rows BIGINT, loaded BIGINT, updated BIGINT, duplicates BIGINT, stale BIGINT, rejected BIGINT, first_day DATE, last_day DATE);
CREATE TABLE rejects (batch_id INTEGER, row_number BIGINT, reason VARCHAR, raw VARCHAR);
-- state: ok | silent | partial
CREATE TABLE source_days (source_id SMALLINT, day DATE, received BIGINT, expected DOUBLE, state VARCHAR);

-- places named in a load that no territory matches; they count under 0
CREATE TABLE unplaced (batch_id INTEGER, region VARCHAR, municipality VARCHAR, appeal_id BIGINT);

-- spikes ---------------------------------------------------------------------------------------------------------------
-- level: municipality_topic | municipality_group | region_topic; state: new | ongoing | ended; frequency: D | W (its days in spike_days
-- are Mondays). sensitivity: the strictest setting at which it is found, calm | usual | keen; usual shows calm and usual ones.
-- recurs: in how many earlier years the same series had a spike within three weeks of this one's. holiday: onset … peak touches a
-- public holiday or its bridge. is_flood: near-identical texts of few authors.
CREATE TABLE spikes (
    spike_id BIGINT, episode_id BIGINT, level VARCHAR, territory_id INTEGER, block_id SMALLINT, topic_group_id SMALLINT, topic_id SMALLINT,
    frequency VARCHAR, method VARCHAR, onset DATE, first_flagged DATE, peak DATE, last_day DATE, observed INTEGER, expected DOUBLE,
    excess DOUBLE, ratio DOUBLE, severity DOUBLE, p_value DOUBLE, state VARCHAR, executors SMALLINT, authors INTEGER, copies_share DOUBLE,
    recurs SMALLINT, holiday BOOLEAN, is_flood BOOLEAN, sensitivity VARCHAR);
CREATE TABLE spike_days (spike_id BIGINT, day DATE, observed INTEGER, expected DOUBLE, upper DOUBLE, p_value DOUBLE, is_alarm BOOLEAN);
-- how many series of a region and level are tested together each day (D) or week (W), and how many of them had enough appeals for
-- an alarm in the year before `day`, the region's last one with appeals
CREATE TABLE spike_tests (region_id INTEGER, level VARCHAR, frequency VARCHAR, series INTEGER, active INTEGER, day DATE);

-- what people write; each row comes from one line of the journal ----------------------------------------------------------
CREATE TABLE causes (entry_id VARCHAR, written_at TIMESTAMP, author VARCHAR, spike_id BIGINT, text VARCHAR);
CREATE TABLE notes (entry_id VARCHAR, written_at TIMESTAMP, author VARCHAR, spike_id BIGINT, territory_id INTEGER, topic_group_id SMALLINT, topic_id SMALLINT, day DATE, text VARCHAR);
-- kind: acknowledged | false_alarm | campaign | measure_planned
CREATE TABLE decisions (entry_id VARCHAR, written_at TIMESTAMP, author VARCHAR, spike_id BIGINT, kind VARCHAR, text VARCHAR);

-- What was last decided about a spike. A decision about the head of an episode is about all of it; one about another spike is also
-- about the same group of topics in the same place, or in the towns of that region, within the episode: a later spike of the same
-- event needs no second decision.
CREATE VIEW spike_decisions AS
SELECT s.spike_id, arg_max(d.kind, d.written_at) AS decision
FROM spikes s
JOIN territories t ON t.territory_id = s.territory_id
JOIN spikes o ON o.episode_id = s.episode_id
    AND (o.spike_id = o.episode_id OR (o.topic_group_id = s.topic_group_id AND o.territory_id IN (s.territory_id, t.region_id)))
JOIN decisions d ON d.spike_id = o.spike_id
GROUP BY s.spike_id;
-- spikes as readers see them: what somebody has decided about is not new any more
CREATE VIEW spikes_decided AS
SELECT s.* REPLACE (CASE WHEN s.state = 'new' AND d.decision IS NOT NULL THEN 'ongoing' ELSE s.state END AS state), d.decision
FROM spikes s
LEFT JOIN spike_decisions d USING (spike_id);

-- somebody was called about an open appeal; step: the rung of data/reference/ladder.csv
CREATE TABLE calls (entry_id VARCHAR, written_at TIMESTAMP, author VARCHAR, appeal_id BIGINT, executor_id SMALLINT, step TINYINT, text VARCHAR);
-- settings of a page under a name (JSON); the last one of a name wins
CREATE TABLE views (entry_id VARCHAR, written_at TIMESTAMP, author VARCHAR, page VARCHAR, name VARCHAR, settings VARCHAR);

-- what a place named in a source means here; used at every later load
CREATE TABLE place_matches (entry_id VARCHAR, written_at TIMESTAMP, author VARCHAR, region VARCHAR, municipality VARCHAR, territory_id INTEGER);

-- which topic an appeal is about, said by a person; the last one wins, at later loads too
CREATE TABLE topic_corrections (entry_id VARCHAR, written_at TIMESTAMP, author VARCHAR, appeal_id BIGINT, topic_id SMALLINT, previous_topic_id SMALLINT);

-- registers: measures, campaigns and what else people keep beside appeals, described in data/reference/registers.yaml. facts: JSON
CREATE TABLE register_entries (
    entry_id VARCHAR, written_at TIMESTAMP, author VARCHAR, register VARCHAR, item_id VARCHAR, facts VARCHAR, removed BOOLEAN);
-- each item as it stands now
CREATE VIEW register_items AS
SELECT register, item_id, written_at, author, TRY_CAST(facts->>'territory' AS INTEGER) AS territory_id, facts
FROM (
    FROM register_entries
    QUALIFY row_number() OVER (PARTITION BY register, item_id ORDER BY written_at DESC, rowid DESC) = 1
)
WHERE NOT removed;
-- the topic of an item as its sheet holds it, g18 or t101, in the ids of the tree
CREATE VIEW register_topics AS
SELECT 'g' || topic_group_id AS topic, block_id, topic_group_id, NULL::SMALLINT AS topic_id FROM topic_groups
UNION ALL
SELECT 't' || topic_id, block_id, topic_group_id, topic_id FROM topics;
CREATE VIEW measures AS
SELECT
    i.item_id, i.written_at, i.author, i.territory_id, t.block_id, t.topic_group_id, t.topic_id, i.facts->>'problem' AS problem,
    i.facts->>'place' AS place, i.facts->>'cause' AS cause, i.facts->>'owner' AS owner, json_extract_string(i.facts, '$.bodies[*]') AS bodies,
    TRY_CAST(i.facts->>'start' AS DATE) AS start_day, TRY_CAST(i.facts->>'end' AS DATE) AS end_day, TRY_CAST(i.facts->>'due' AS DATE) AS due_day,
    i.facts->>'status' AS status, TRY_CAST(i.facts->>'km' AS DOUBLE) AS km, TRY_CAST(i.facts->>'money' AS DOUBLE) AS money,
    TRY_CAST(i.facts->>'spike' AS BIGINT) AS spike_id
FROM register_items i
LEFT JOIN register_topics t ON t.topic = (i.facts->>'topic')
WHERE i.register = 'measures';
CREATE VIEW campaigns AS
SELECT
    i.item_id, i.written_at, i.author, i.territory_id, t.block_id, t.topic_group_id, t.topic_id, i.facts->>'what' AS what,
    i.facts->>'place' AS place, TRY_CAST(i.facts->>'announced' AS DATE) AS announced_day, TRY_CAST(i.facts->>'start' AS DATE) AS start_day,
    TRY_CAST(i.facts->>'end' AS DATE) AS end_day, i.facts->>'text' AS text, TRY_CAST(i.facts->>'spike' AS BIGINT) AS spike_id
FROM register_items i
LEFT JOIN register_topics t ON t.topic = (i.facts->>'topic')
WHERE i.register = 'campaigns';

CREATE VIEW polls AS
SELECT
    i.item_id, i.written_at, i.author, i.territory_id, i.facts->>'question' AS question, i.facts->>'method' AS method,
    TRY_CAST(i.facts->>'start' AS DATE) AS start_day, TRY_CAST(i.facts->>'end' AS DATE) AS end_day, TRY_CAST(i.facts->>'asked' AS INTEGER) AS asked,
    json_extract_string(i.facts, '$.answers[*]') AS answers
FROM register_items i
WHERE i.register = 'polls';
CREATE VIEW hearings AS
SELECT
    i.item_id, i.written_at, i.author, i.territory_id, i.facts->>'subject' AS subject, TRY_CAST(i.facts->>'held' AS DATE) AS held_day,
    TRY_CAST(i.facts->>'participants' AS INTEGER) AS participants, TRY_CAST(i.facts->>'eligible' AS INTEGER) AS eligible,
    TRY_CAST(i.facts->>'proposals' AS INTEGER) AS proposals, TRY_CAST(i.facts->>'accepted' AS INTEGER) AS accepted, i.facts->>'decision' AS decision,
    TRY_CAST(i.facts->>'lat' AS DOUBLE) AS lat, TRY_CAST(i.facts->>'lon' AS DOUBLE) AS lon
FROM register_items i
WHERE i.register = 'hearings';
CREATE VIEW votes AS
SELECT
    i.item_id, i.written_at, i.author, i.territory_id, t.block_id, t.topic_group_id, t.topic_id, i.facts->>'vote' AS vote, i.facts->>'object' AS object,
    TRY_CAST(i.facts->>'start' AS DATE) AS start_day, TRY_CAST(i.facts->>'end' AS DATE) AS end_day, TRY_CAST(i.facts->>'ballots' AS INTEGER) AS ballots,
    TRY_CAST(i.facts->>'voters' AS INTEGER) AS voters, TRY_CAST(i.facts->>'eligible' AS INTEGER) AS eligible, i.facts->>'result' AS result,
    TRY_CAST(i.facts->>'lat' AS DOUBLE) AS lat, TRY_CAST(i.facts->>'lon' AS DOUBLE) AS lon
FROM register_items i
LEFT JOIN register_topics t ON t.topic = (i.facts->>'topic')
WHERE i.register = 'votes';
CREATE VIEW fakes AS
SELECT
    i.item_id, i.written_at, i.author, i.territory_id, t.block_id, t.topic_group_id, t.topic_id, i.facts->>'claim' AS claim, i.facts->>'form' AS form,
    TRY_CAST(i.facts->>'found' AS TIMESTAMP) AS found_at, TRY_CAST(i.facts->>'checked' AS TIMESTAMP) AS checked_at, i.facts->>'verdict' AS verdict,
    TRY_CAST(i.facts->>'refuted' AS TIMESTAMP) AS refuted_at, i.facts->>'refutation' AS refutation, TRY_CAST(i.facts->>'spike' AS BIGINT) AS spike_id
FROM register_items i
LEFT JOIN register_topics t ON t.topic = (i.facts->>'topic')
WHERE i.register = 'fakes';
-- appeals that repeat a fake and may be left out of all counts; kept as items of the register set_aside with the id of the fake
CREATE VIEW set_aside AS
SELECT DISTINCT unnest(from_json(i.facts, '{"appeals": ["BIGINT"]}').appeals) AS appeal_id
FROM register_items i
JOIN register_items f ON f.register = 'fakes' AND f.item_id = i.item_id
WHERE i.register = 'set_aside';
CREATE VIEW accounts AS
SELECT
    i.item_id, i.written_at, i.author, i.territory_id, i.facts->>'body' AS body, i.facts->>'network' AS network, i.facts->>'url' AS url,
    i.facts->>'post' AS post, i.facts->>'kind' AS kind, TRY_CAST(i.facts->>'opened' AS DATE) AS opened_day,
    TRY_CAST(i.facts->>'followers' AS INTEGER) AS followers, TRY_CAST(i.facts->>'trained' AS DATE) AS trained_day
FROM register_items i
WHERE i.register = 'accounts';

-- sensors and what they said; kind: air | cleaning | waste. A code that two items share means the later one
CREATE VIEW sensors AS
SELECT
    i.item_id, i.written_at, i.author, i.territory_id, t.block_id, t.topic_group_id, t.topic_id, i.facts->>'code' AS code, i.facts->>'name' AS name,
    i.facts->>'type' AS kind, i.facts->>'unit' AS unit, TRY_CAST(i.facts->>'threshold' AS DOUBLE) AS threshold,
    TRY_CAST(i.facts->>'lat' AS DOUBLE) AS lat, TRY_CAST(i.facts->>'lon' AS DOUBLE) AS lon, TRY_CAST(i.facts->>'radius' AS INTEGER) AS radius
FROM register_items i
LEFT JOIN register_topics t ON t.topic = (i.facts->>'topic')
WHERE i.register = 'sensors'
QUALIFY row_number() OVER (PARTITION BY i.facts->>'code' ORDER BY i.written_at DESC, i.item_id) = 1;
-- one record a sensor and moment (UTC): a value in the sensor's unit, or an event (done | partial | missed); batch: its file of the archive
CREATE TABLE sensor_readings (sensor_id VARCHAR, happened_at TIMESTAMP, value DOUBLE, event VARCHAR, batch VARCHAR);
CREATE VIEW objects AS
SELECT
    i.item_id, i.written_at, i.author, i.territory_id, t.block_id, t.topic_group_id, t.topic_id, i.facts->>'code' AS code, i.facts->>'name' AS name,
    i.facts->>'type' AS kind, TRY_CAST(i.facts->>'lat' AS DOUBLE) AS lat, TRY_CAST(i.facts->>'lon' AS DOUBLE) AS lon,
    TRY_CAST(i.facts->>'radius' AS INTEGER) AS radius
FROM register_items i
LEFT JOIN register_topics t ON t.topic = (i.facts->>'topic')
WHERE i.register = 'objects'
QUALIFY row_number() OVER (PARTITION BY i.facts->>'code' ORDER BY i.written_at DESC, i.item_id) = 1;
CREATE VIEW inspections AS
SELECT
    i.item_id, i.written_at, i.author, i.territory_id, i.facts->>'object' AS object, TRY_CAST(i.facts->>'day' AS DATE) AS day, i.facts->>'type' AS kind,
    i.facts->>'result' AS result, TRY_CAST(i.facts->>'due' AS DATE) AS due_day, i.facts->>'body' AS body
FROM register_items i
WHERE i.register = 'inspections';
CREATE VIEW projects AS
SELECT
    i.item_id, i.written_at, i.author, i.territory_id, t.block_id, t.topic_group_id, t.topic_id, i.facts->>'object' AS object,
    i.facts->>'project' AS project, i.facts->>'stage' AS stage, TRY_CAST(i.facts->>'start' AS DATE) AS start_day, TRY_CAST(i.facts->>'end' AS DATE) AS end_day,
    TRY_CAST(i.facts->>'cost' AS DOUBLE) AS cost, TRY_CAST(i.facts->>'lat' AS DOUBLE) AS lat, TRY_CAST(i.facts->>'lon' AS DOUBLE) AS lon,
    TRY_CAST(i.facts->>'radius' AS INTEGER) AS radius
FROM register_items i
LEFT JOIN register_topics t ON t.topic = (i.facts->>'topic')
WHERE i.register = 'projects';

-- the likeliest topics of appeals that have none; how: model | words (shares words with the topic's name)
CREATE TABLE topic_hints (appeal_id BIGINT, topic_id SMALLINT, rank TINYINT, confidence FLOAT, how VARCHAR);

CREATE VIEW pilot_regions AS SELECT territory_id FROM territories WHERE is_pilot AND kind = 'region';
-- appeals that have a status log
CREATE VIEW logged AS SELECT appeal_id FROM events;

CREATE VIEW appeals_named AS
SELECT a.*, s.name AS source, c.name AS channel, t.name AS territory, r.name AS region, b.name AS block, g.name AS topic_group, p.name AS topic, e.name AS executor
FROM appeals a
LEFT JOIN sources s USING (source_id)
LEFT JOIN channels c USING (channel_id)
LEFT JOIN territories t USING (territory_id)
LEFT JOIN territories r ON r.territory_id = t.region_id
LEFT JOIN blocks b ON b.block_id = a.block_id
LEFT JOIN topic_groups g ON g.topic_group_id = a.topic_group_id
LEFT JOIN topics p ON p.topic_id = a.topic_id
LEFT JOIN executors e USING (executor_id);
