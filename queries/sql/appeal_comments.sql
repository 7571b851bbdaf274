-- question: what was commented under one appeal?
-- params: $appeal_id
-- columns: created_at, text
SELECT k.created_at, k.text
FROM comments k
JOIN appeals a USING (appeal_id)
WHERE {place} AND {readable} AND k.appeal_id = $appeal_id
ORDER BY k.created_at
