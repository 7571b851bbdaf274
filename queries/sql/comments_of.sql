-- question: which comments stand under the appeals of the scope, newest first?
-- params: $first, $last, $limit
-- columns: appeal_id, created_at, text, channel
SELECT k.appeal_id, k.created_at, k.text, c.name AS channel
FROM comments k
JOIN appeals a USING (appeal_id)
LEFT JOIN channels c USING (channel_id)
WHERE {scope} AND {readable}
ORDER BY k.created_at DESC
LIMIT $limit
