-- question: what do executors hold open whose terms have all passed?
-- params: none
-- columns: executor_id, open, overdue, answer_overdue, due_soon, to_3_days, to_7_days, to_10_days, longer, due_at
SELECT a.executor_id, a.open, a.open AS overdue, a.answer_overdue, 0 AS due_soon, 0 AS to_3_days, 0 AS to_7_days, 0 AS to_10_days, 0 AS longer, a.due_at
FROM held a
WHERE {place}
