-- question: what happened to one appeal, in order?
-- params: $appeal_id
-- columns: happened_at, status, executor, note
SELECT e.happened_at, e.status::VARCHAR AS status, x.name AS executor, CASE WHEN {readable} THEN e.note END AS note
FROM events e
JOIN appeals a USING (appeal_id)
LEFT JOIN executors x ON x.executor_id = e.executor_id
WHERE {place} AND e.appeal_id = $appeal_id
ORDER BY e.happened_at
