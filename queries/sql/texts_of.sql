-- question: what do the appeals of the scope say?
-- params: $first, $last, $limit
-- columns: appeal_id, created_at, text, keys, channel, engagement, street, author_key
SELECT a.appeal_id, a.created_at, x.text, x.keys, c.name AS channel, a.engagement, a.street, a.author_key
FROM appeals a
JOIN texts x USING (appeal_id)
LEFT JOIN channels c USING (channel_id)
WHERE {scope} AND {readable} AND x.text IS NOT NULL
ORDER BY a.created_at DESC
LIMIT $limit
