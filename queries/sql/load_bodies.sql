-- question: how many appeals came to each executor of each territory?
-- params: $first, $last
-- columns: territory_id, territory, executor_id, executor, appeals, closed
SELECT a.territory_id, t.name AS territory, a.executor_id, e.name AS executor, count(*) AS appeals, count(*) FILTER (WHERE {closed}) AS closed
FROM appeals a
JOIN executors e USING (executor_id)
LEFT JOIN territories t USING (territory_id)
WHERE {scope}
GROUP BY ALL
ORDER BY appeals DESC, executor
