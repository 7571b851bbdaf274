-- question: what does each executor hold open now, how old, what of it is overdue and what is due within a day?
-- params: $as_of; {still}: which of the open are counted one by one, {held}: the sums of the others
-- columns: executor_id, executor, open, overdue, answer_overdue, due_soon, to_3_days, to_7_days, to_10_days, longer, first_due (the earliest term of an overdue one)
SELECT
    a.executor_id, e.name AS executor, sum(a.open)::BIGINT AS open, sum(a.overdue)::BIGINT AS overdue, sum(a.answer_overdue)::BIGINT AS answer_overdue,
    sum(a.due_soon)::BIGINT AS due_soon, sum(a.to_3_days)::BIGINT AS to_3_days, sum(a.to_7_days)::BIGINT AS to_7_days,
    sum(a.to_10_days)::BIGINT AS to_10_days, sum(a.longer)::BIGINT AS longer, min(a.due_at) AS first_due
FROM (
    SELECT
        a.executor_id, count(*) AS open,
        count(*) FILTER (WHERE {overdue}) AS overdue,
        count(*) FILTER (WHERE {answer_overdue}) AS answer_overdue,
        count(*) FILTER (WHERE {due_soon}) AS due_soon,
        count(*) FILTER (WHERE {to_3_days}) AS to_3_days,
        count(*) FILTER (WHERE {to_7_days}) AS to_7_days,
        count(*) FILTER (WHERE {to_10_days}) AS to_10_days,
        count(*) FILTER (WHERE {longer}) AS longer,
        min(a.due_at) FILTER (WHERE {overdue}) AS due_at
    FROM live a
    WHERE {place} AND {open} AND {still}
    GROUP BY a.executor_id
    {held}
) a
LEFT JOIN executors e USING (executor_id)
GROUP BY a.executor_id, e.name
