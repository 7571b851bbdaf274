-- question: which appeals come from inside a circle, newest first?
-- params: $first, $last, $limit; {circle}: SQL of a circle over appeals `a`
-- columns: appeal_id, created_at (UTC), day, lat, lon, topic, street, house
SELECT a.appeal_id, a.created_at, a.day, a.lat, a.lon, t.name AS topic, a.street, a.house
FROM appeals a
LEFT JOIN topics t USING (topic_id)
WHERE {scope} AND {circle}
ORDER BY a.created_at DESC, a.appeal_id
LIMIT $limit
