-- question: which appeals of one executor (0 for none) in one territory stand on one step of the ladder, oldest term first?
-- params: $as_of, $executor_id, $territory_id, $step; {rung}: the SQL of the step an appeal stands on
-- columns: appeal_id
SELECT a.appeal_id
FROM appeals a
WHERE {place} AND {open} AND {rung} = $step AND coalesce(a.executor_id, 0) = $executor_id AND a.territory_id = $territory_id
ORDER BY a.due_at, a.appeal_id
