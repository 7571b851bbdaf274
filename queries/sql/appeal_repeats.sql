-- question: which appeals repeat this one, or does it repeat?
-- params: $appeal_id
-- columns: appeal_id, created_at, status
SELECT a.appeal_id, a.created_at, a.status::VARCHAR AS status
FROM appeals a
WHERE {place} AND (a.repeat_of = $appeal_id OR a.appeal_id = (SELECT o.repeat_of FROM appeals o WHERE o.appeal_id = $appeal_id))
ORDER BY a.created_at
