-- question: who was called about the appeals of the scope, last first?
-- params: $limit
-- columns: called_at, executor, step, appeals, closed_since, text
SELECT
    date_trunc('second', c.written_at) AS called_at, e.name AS executor, c.step, count(*) AS appeals, count(*) FILTER (WHERE {closed}) AS closed_since,
    c.text
FROM calls c
JOIN appeals a USING (appeal_id)
LEFT JOIN executors e ON e.executor_id = c.executor_id
WHERE {place}
GROUP BY ALL
ORDER BY called_at DESC, executor, c.step
LIMIT $limit
