-- question: about which open appeals should somebody be called, on which step of the ladder?
-- params: $as_of; {rung}: the SQL of the step an appeal stands on
-- columns: step, territory_id, territory, executor_id, executor, level, appeals, late_days, waiting, repeated, reopened, topic, called, called_at
SELECT
    {rung} AS step, a.territory_id, t.name AS territory, a.executor_id, e.name AS executor, coalesce(e.level::VARCHAR, 'municipal') AS level, count(*) AS appeals,
    max(date_diff('minute', a.due_at, $as_of)) / 1440 AS late_days,
    count(*) FILTER (WHERE {waiting}) AS waiting, count(*) FILTER (WHERE {repeated}) AS repeated, count(*) FILTER (WHERE {reopened}) AS reopened,
    mode(p.name) AS topic, count(*) FILTER (WHERE c.step >= {rung}) AS called, max(c.called_at) FILTER (WHERE c.step >= {rung}) AS called_at
FROM appeals a
LEFT JOIN territories t USING (territory_id)
LEFT JOIN executors e USING (executor_id)
LEFT JOIN topics p ON p.topic_id = a.topic_id
LEFT JOIN (SELECT appeal_id, max(step) AS step, max(written_at) AS called_at FROM calls GROUP BY appeal_id) c USING (appeal_id)
WHERE {place} AND {open} AND {rung} IS NOT NULL
GROUP BY ALL
ORDER BY step DESC, appeals DESC, executor, a.territory_id
