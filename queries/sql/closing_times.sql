-- question: how long did each appeal of the scope take to close, or has it been open? Closed at an unknown time: left out.
-- params: $first, $last, $as_of
-- columns: minutes, event (0 open, 1 resolved, 2 another outcome)
SELECT
    CASE WHEN a.closing_minutes IS NOT NULL THEN a.closing_minutes ELSE date_diff('minute', a.created_at, $as_of) END AS minutes,
    CASE WHEN a.closing_minutes IS NULL THEN 0 WHEN a.outcome = 'resolved' THEN 1 ELSE 2 END AS event
FROM appeals a
WHERE {scope} AND a.status <> 'rejected' AND (a.closing_minutes IS NOT NULL OR {open}) AND a.created_at <= $as_of
