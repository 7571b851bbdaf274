-- question: what do the appeals of the scope that meet the conditions say, newest first?
-- params: $first, $last, $as_of, $limit, those of {chosen} and {words}
-- columns: appeal_id, day, created_at, text, keys, street, author_key
SELECT *
FROM (
    SELECT a.appeal_id, a.day, a.created_at, x.text, x.keys, a.street, a.author_key
    FROM appeals a
    JOIN texts x USING (appeal_id)
    LEFT JOIN territories t USING (territory_id)
    WHERE {scope} AND {chosen} AND {readable} AND x.text IS NOT NULL
    {narrow_first}
)
WHERE {words}
ORDER BY created_at DESC, appeal_id
LIMIT $limit
