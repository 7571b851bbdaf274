-- question: what is an executor called?
-- params: $executor_id
-- columns: name
SELECT name FROM executors WHERE executor_id = $executor_id
