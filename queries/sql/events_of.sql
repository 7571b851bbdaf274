-- question: what happened to the appeals of the scope, as their status logs say?
-- params: $first, $last
-- columns: appeal_id, happened_at, status, executor_id, topic_id, holder_id (who holds the appeal now)
SELECT e.appeal_id, e.happened_at, e.status::VARCHAR AS status, e.executor_id, a.topic_id, a.executor_id AS holder_id
FROM events e
JOIN appeals a USING (appeal_id)
WHERE {scope}
ORDER BY e.appeal_id, e.happened_at
