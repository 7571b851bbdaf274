-- question: how many appeals of the scope took so long to close, or have been open for so long? Closed at an unknown time: left out.
-- params: $first, $last, $as_of
-- columns: minutes, event (0 open, 1 resolved, 2 another outcome), cases
SELECT
    CASE WHEN a.closing_minutes IS NOT NULL THEN a.closing_minutes ELSE date_diff('minute', a.created_at, $as_of) END AS minutes,
    CASE WHEN a.closing_minutes IS NULL THEN 0 WHEN a.outcome = 'resolved' THEN 1 ELSE 2 END AS event, count(*) AS cases
FROM appeals a
WHERE {scope} AND a.status <> 'rejected' AND (a.closing_minutes IS NOT NULL OR {open}) AND a.created_at <= $as_of
GROUP BY ALL
