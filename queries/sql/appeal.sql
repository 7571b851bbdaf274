-- question: what is known of one appeal?
-- params: $appeal_id, $as_of
-- columns: all of the appeal with names; text, reply and url only where they may be read
SELECT
    a.* EXCLUDE (url, author_key, batch_id, lat, lon), CASE WHEN {readable} THEN x.text END AS text, CASE WHEN {readable} THEN x.reply END AS reply,
    CASE WHEN {readable} THEN a.url END AS url, NOT {readable} AS is_restricted, {overdue} AS is_overdue,
    t.name AS territory, t.timezone, b.name AS block, g.name AS topic_group, p.name AS topic, c.name AS channel, e.name AS executor, s.name AS source
FROM appeals a
LEFT JOIN texts x USING (appeal_id)
LEFT JOIN territories t USING (territory_id)
LEFT JOIN blocks b ON b.block_id = a.block_id
LEFT JOIN topic_groups g ON g.topic_group_id = a.topic_group_id
LEFT JOIN topics p ON p.topic_id = a.topic_id
LEFT JOIN channels c USING (channel_id)
LEFT JOIN executors e USING (executor_id)
LEFT JOIN sources s USING (source_id)
WHERE {place} AND a.appeal_id = $appeal_id
