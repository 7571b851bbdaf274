-- question: how many appeals arrived on each day?
-- params: $first, $last
-- columns: day, appeals
SELECT a.day, {n_all} AS appeals
FROM {appeals} a
WHERE {scope}
GROUP BY a.day
ORDER BY a.day
