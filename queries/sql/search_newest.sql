-- question: which appeals of the scope hold the words, newest first?
-- params: $first, $last, $as_of, $limit, $skip, those of {chosen} and {words}
-- columns: appeal_id, day
SELECT appeal_id, day
FROM (
    SELECT a.appeal_id, a.day, a.created_at, x.keys
    FROM appeals a
    JOIN texts x USING (appeal_id)
    LEFT JOIN territories t USING (territory_id)
    WHERE {scope} AND {chosen} AND {readable}
    {narrow_first}
)
WHERE {words}
ORDER BY created_at DESC, appeal_id
LIMIT $limit OFFSET $skip
