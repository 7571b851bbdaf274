-- question: how many were open before the period, arrived, were closed in it, and are open at its end?
-- params: $start, $end (UTC moments)
-- columns: before, arrived, closed, after
SELECT
    count(*) FILTER (WHERE a.created_at < $start AND coalesce(a.closed_at, TIMESTAMP '9999-01-01') >= $start) AS before,
    count(*) FILTER (WHERE a.created_at >= $start AND a.created_at < $end) AS arrived,
    count(*) FILTER (WHERE a.closed_at >= $start AND a.closed_at < $end) AS closed,
    count(*) FILTER (WHERE a.created_at < $end AND coalesce(a.closed_at, TIMESTAMP '9999-01-01') >= $end) AS after
FROM appeals a
WHERE {place} AND a.status <> 'rejected' AND (a.status <> 'closed' OR a.closed_at IS NOT NULL)
