-- question: who changed the topic of one appeal, when and from what to what, newest first?
-- params: $appeal_id
-- columns: written_at, author, topic_id, topic, previous_topic_id, previous_topic
SELECT k.written_at, k.author, k.topic_id, t.name AS topic, k.previous_topic_id, p.name AS previous_topic
FROM topic_corrections k
JOIN appeals m USING (appeal_id)
LEFT JOIN topics t ON t.topic_id = k.topic_id
LEFT JOIN topics p ON p.topic_id = k.previous_topic_id
WHERE {noted} AND k.appeal_id = $appeal_id
ORDER BY k.written_at DESC, k.rowid DESC
