-- question: what is known of these appeals, newest first?
-- params: $first, $last, $as_of, $ids
-- columns: appeal_id, created_local, territory, topic, channel, status, outcome, executor, street, house, response_minutes, closing_minutes, rating, is_overdue, is_restricted, text, engagement
WITH wanted AS MATERIALIZED (SELECT a.* FROM appeals a WHERE {scope} AND a.appeal_id IN (FROM unnest($ids)))
SELECT
    a.appeal_id, ((a.created_at AT TIME ZONE 'UTC') AT TIME ZONE t.timezone) AS created_local, t.name AS territory, p.name AS topic, c.name AS channel,
    a.status::VARCHAR AS status, a.outcome::VARCHAR AS outcome, e.name AS executor, a.street, a.house, a.response_minutes, a.closing_minutes, a.rating,
    {overdue} AS is_overdue, NOT {readable} AS is_restricted,
    CASE WHEN {readable} THEN x.text END AS text, a.engagement
FROM wanted a
LEFT JOIN (SELECT appeal_id, text FROM texts WHERE appeal_id IN (FROM unnest($ids))) x USING (appeal_id)
LEFT JOIN territories t USING (territory_id)
LEFT JOIN topics p ON p.topic_id = a.topic_id
LEFT JOIN channels c USING (channel_id)
LEFT JOIN executors e USING (executor_id)
ORDER BY a.created_at DESC, a.appeal_id
