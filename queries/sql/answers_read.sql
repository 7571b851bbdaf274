-- question: how are the latest answers worded, and what do they answer? Only texts the reader may see.
-- params: $first, $last, $limit
-- columns: appeal_id, executor_id, executor, topic, text, reply
SELECT a.appeal_id, a.executor_id, e.name AS executor, p.name AS topic, x.text, x.reply
FROM appeals a
JOIN texts x USING (appeal_id)
LEFT JOIN executors e USING (executor_id)
LEFT JOIN topics p ON p.topic_id = a.topic_id
WHERE {scope} AND {readable} AND x.reply IS NOT NULL
ORDER BY a.created_at DESC, a.appeal_id
LIMIT $limit
