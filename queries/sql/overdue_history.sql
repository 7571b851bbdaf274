-- question: how many open appeals were overdue before each moment?
-- params: $moments (list of UTC moments)
-- columns: moment, overdue, open
WITH waited AS (
    SELECT a.created_at, a.due_at, a.closed_at FROM appeals a WHERE {place} AND a.closed_at >= list_min($moments) AND a.status <> 'rejected'
    UNION ALL
    SELECT a.created_at, a.due_at, TIMESTAMP '9999-01-01' FROM live a WHERE {place} AND {open}
)
SELECT m.moment, count(*) FILTER (WHERE w.due_at < m.moment) AS overdue, count(*) AS open
FROM waited w
JOIN (SELECT unnest($moments) AS moment) m ON w.created_at < m.moment AND w.closed_at >= m.moment
GROUP BY m.moment
ORDER BY m.moment
