-- question: which past answers to appeals of the same topic were rated best, and what were they about?
-- params: $appeal_id, $limit
-- columns: appeal_id, rating, day, executor, text, reply, keys, own_keys
SELECT a.appeal_id, a.rating, a.day, e.name AS executor, x.text, x.reply, x.keys, y.keys AS own_keys
FROM appeals o
JOIN texts y ON y.appeal_id = o.appeal_id
JOIN appeals a ON a.topic_id = o.topic_id AND a.appeal_id <> o.appeal_id
JOIN texts x ON x.appeal_id = a.appeal_id
LEFT JOIN executors e ON e.executor_id = a.executor_id
WHERE o.appeal_id = $appeal_id AND {place} AND {readable} AND {rated_good} AND x.reply IS NOT NULL
ORDER BY a.rating DESC, a.created_at DESC, a.appeal_id
LIMIT $limit
