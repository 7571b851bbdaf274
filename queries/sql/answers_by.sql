-- question: what do residents make of the answers of each executor?
-- params: $first, $last
-- columns: executor_id, executor, level, appeals, answered, closed, rated, rated_good, rating, written_again, reopened
SELECT
    a.executor_id, e.name AS executor, e.level::VARCHAR AS level, count(*) AS appeals, count(*) FILTER (WHERE {answered}) AS answered,
    count(*) FILTER (WHERE {closed}) AS closed, count(*) FILTER (WHERE {rated}) AS rated, count(*) FILTER (WHERE {rated_good}) AS rated_good,
    avg(a.rating) AS rating, count(*) FILTER (WHERE {written_again}) AS written_again, count(*) FILTER (WHERE {answered} AND {reopened}) AS reopened
FROM appeals a
LEFT JOIN executors e USING (executor_id)
WHERE {scope}
GROUP BY a.executor_id, e.name, e.level
ORDER BY answered DESC, executor
