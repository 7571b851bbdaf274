-- question: who works on the appeals of the scope?
-- params: $first, $last, $as_of
-- columns: executor_id, executor, appeals, overdue
SELECT a.executor_id, e.name AS executor, count(*) AS appeals, count(*) FILTER (WHERE {overdue}) AS overdue
FROM appeals a
LEFT JOIN executors e USING (executor_id)
WHERE {scope}
GROUP BY ALL
ORDER BY appeals DESC, executor
