-- question: how many were open before the period, arrived, were closed in it, and are open at its end?
-- params: $start, $end (UTC moments)
-- columns: before, arrived, closed, after
WITH moved AS (
    SELECT a.created_at, greatest(a.created_at, a.closed_at) AS closed_at FROM appeals a
    WHERE {place} AND a.status <> 'rejected' AND a.closed_at IS NOT NULL AND (a.closed_at >= $start OR a.created_at >= $start)
    UNION ALL
    SELECT a.created_at, NULL FROM live a WHERE {place} AND {open}
)
SELECT
    count(*) FILTER (WHERE created_at < $start AND coalesce(closed_at, TIMESTAMP '9999-01-01') >= $start) AS before,
    count(*) FILTER (WHERE created_at >= $start AND created_at < $end) AS arrived,
    count(*) FILTER (WHERE closed_at >= $start AND closed_at < $end) AS closed,
    count(*) FILTER (WHERE created_at < $end AND coalesce(closed_at, TIMESTAMP '9999-01-01') >= $end) AS after
FROM moved
