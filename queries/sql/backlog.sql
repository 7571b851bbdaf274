-- question: what is open now, how old, what is overdue and what is due within a day?
-- params: $as_of
-- columns: open, overdue, answer_overdue, due_soon, to_3_days, to_7_days, to_10_days, longer, oldest_overdue_days, executors_due_soon
SELECT
    count(*) AS open,
    count(*) FILTER (WHERE {overdue}) AS overdue,
    count(*) FILTER (WHERE {answer_overdue}) AS answer_overdue,
    count(*) FILTER (WHERE {due_soon}) AS due_soon,
    count(*) FILTER (WHERE {to_3_days}) AS to_3_days,
    count(*) FILTER (WHERE {to_7_days}) AS to_7_days,
    count(*) FILTER (WHERE {to_10_days}) AS to_10_days,
    count(*) FILTER (WHERE {longer}) AS longer,
    max(date_diff('day', a.due_at, $as_of)) FILTER (WHERE {overdue}) AS oldest_overdue_days,
    count(DISTINCT a.executor_id) FILTER (WHERE {due_soon}) AS executors_due_soon
FROM live a
WHERE {place} AND {open}
