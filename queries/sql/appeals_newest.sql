-- question: which appeals of the scope meet the chosen conditions, newest first?
-- params: $first, $last, $as_of, $limit, $skip, those of {chosen}
-- columns: appeal_id, day
SELECT a.appeal_id, a.day
FROM appeals a
LEFT JOIN territories t USING (territory_id)
WHERE {scope} AND {chosen}
ORDER BY a.created_at DESC, a.appeal_id
LIMIT $limit OFFSET $skip
