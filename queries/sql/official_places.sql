-- question: how many appeals of each child territory came through official channels, of how many?
-- params: $first, $last; {child}: the territory column that is shown
-- columns: territory_id, appeals, official
SELECT {child} AS territory_id, {n_all} AS appeals, {n_official} AS official
FROM {appeals} a
JOIN territories t USING (territory_id)
WHERE {scope}
GROUP BY ALL
ORDER BY appeals DESC, territory_id
