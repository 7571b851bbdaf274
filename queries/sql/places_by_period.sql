-- question: how did each child territory go over the last equal periods (0 is the scope's own)?
-- params: $last, $days, $periods; {child}: the territory column that is shown
-- columns: territory_id, period, appeals
SELECT {child} AS territory_id, date_diff('day', a.day, $last) // $days AS period, {n_all} AS appeals
FROM {appeals} a
JOIN territories t USING (territory_id)
WHERE {place} AND a.day BETWEEN $last::DATE - ($days * $periods - 1)::INTEGER AND $last
GROUP BY ALL
ORDER BY ALL
