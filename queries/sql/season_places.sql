-- question: how many appeals came from each territory on each day?
-- params: $first, $last
-- columns: territory_id, day, appeals
SELECT a.territory_id, a.day, {n_all} AS appeals
FROM {appeals} a
WHERE {scope}
GROUP BY ALL
ORDER BY ALL
