-- question: who holds the overdue and the soon due appeals?
-- params: $as_of
-- columns: executor, overdue, due_soon
SELECT e.name AS executor, count(*) FILTER (WHERE {overdue}) AS overdue, count(*) FILTER (WHERE {due_soon}) AS due_soon
FROM appeals a
LEFT JOIN executors e USING (executor_id)
WHERE {place} AND ({overdue} OR {due_soon})
GROUP BY e.name
ORDER BY overdue DESC, due_soon DESC, executor
