-- question: who holds the overdue and the soon due appeals?
-- params: $as_of
-- columns: executor_id, executor, overdue, due_soon, answer_overdue, open, oldest_days
SELECT
    a.executor_id, e.name AS executor, count(*) FILTER (WHERE {overdue}) AS overdue, count(*) FILTER (WHERE {due_soon}) AS due_soon,
    count(*) FILTER (WHERE {answer_overdue}) AS answer_overdue,
    count(*) AS open, max(date_diff('minute', a.due_at, $as_of)) FILTER (WHERE {overdue}) / 1440 AS oldest_days
FROM live a
LEFT JOIN executors e USING (executor_id)
WHERE {place} AND {open}
GROUP BY a.executor_id, e.name
HAVING count(*) FILTER (WHERE {overdue} OR {due_soon} OR {answer_overdue}) > 0
ORDER BY overdue DESC, due_soon DESC, executor
