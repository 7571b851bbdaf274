-- question: how long did appeals wait, those called about and the others of the same topic and executor?
-- params: $as_of
-- columns: series, answered, closed, followed, called (minutes since the appeal came)
WITH called AS (SELECT appeal_id, min(written_at) AS called_at FROM calls WHERE written_at <= $as_of GROUP BY appeal_id),
series AS (
    SELECT DISTINCT a.topic_id, a.executor_id FROM called JOIN appeals a USING (appeal_id) WHERE {place}
)
SELECT
    dense_rank() OVER (ORDER BY a.topic_id, a.executor_id) AS series, a.response_minutes AS answered, a.closing_minutes AS closed,
    date_diff('minute', a.created_at, $as_of) AS followed, date_diff('minute', a.created_at, c.called_at) AS called
FROM appeals a
JOIN series s ON s.topic_id IS NOT DISTINCT FROM a.topic_id AND s.executor_id IS NOT DISTINCT FROM a.executor_id
LEFT JOIN called c USING (appeal_id)
WHERE {place} AND a.status <> 'rejected' AND a.created_at <= $as_of AND (a.status <> 'closed' OR a.closed_at IS NOT NULL)
