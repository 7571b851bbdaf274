-- question: what do the appeals of the scope say that have no street in their address? newest first
-- params: $first, $last, $limit
-- columns: appeal_id, text
SELECT a.appeal_id, x.text
FROM appeals a
JOIN texts x USING (appeal_id)
WHERE {scope} AND {readable} AND a.street IS NULL AND x.text IS NOT NULL
ORDER BY a.created_at DESC, a.appeal_id
LIMIT $limit
