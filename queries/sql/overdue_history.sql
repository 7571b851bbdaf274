-- question: how many open appeals were overdue at the end of each period?
-- params: $moments (list of UTC moments)
-- columns: moment, overdue, open
SELECT
    m.moment,
    count(*) FILTER (WHERE a.due_at < m.moment) AS overdue,
    count(*) AS open
FROM appeals a
JOIN (SELECT unnest($moments) AS moment) m
    ON a.created_at <= m.moment AND a.status <> 'rejected' AND coalesce(a.closed_at, TIMESTAMP '9999-01-01') > m.moment
    AND (a.status <> 'closed' OR a.closed_at IS NOT NULL)
WHERE {place}
GROUP BY m.moment
ORDER BY m.moment
