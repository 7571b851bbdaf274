-- question: which topics may an appeal without one be about, likeliest first?
-- params: $appeal_id
-- columns: topic_id, topic, topic_group, confidence, how
SELECT h.topic_id, t.name AS topic, g.name AS topic_group, h.confidence, h.how
FROM topic_hints h
JOIN appeals m USING (appeal_id)
JOIN topics t ON t.topic_id = h.topic_id
LEFT JOIN topic_groups g ON g.topic_group_id = t.topic_group_id
WHERE {noted} AND h.appeal_id = $appeal_id
ORDER BY h.rank
