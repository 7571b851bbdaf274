-- question: where are the appeals of the scope that have a point, newest first?
-- params: $first, $last, $limit
-- columns: appeal_id, lat, lon, topic, street, house, is_open
SELECT a.appeal_id, a.lat, a.lon, t.name AS topic, a.street, a.house, {open} AS is_open
FROM appeals a
LEFT JOIN topics t USING (topic_id)
WHERE {scope} AND {with_point}
ORDER BY a.created_at DESC
LIMIT $limit
