-- question: which executors are there?
-- params: none
-- columns: executor_id, name, level
SELECT executor_id, name, level::VARCHAR AS level FROM executors ORDER BY executor_id
