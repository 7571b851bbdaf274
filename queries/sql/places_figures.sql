-- question: what are the figures of each child territory?
-- params: $first, $last, $as_of; {child}: the territory column that is shown
-- columns: territory_id, appeals, with_point, due_resolvable, resolved_on_time, response_median, response_p90
SELECT
    {child} AS territory_id, {n_all} AS appeals,
    {n_with_point} AS with_point,
    {n_due_resolvable} AS due_resolvable,
    {n_resolved_on_time} AS resolved_on_time,
    {response}
FROM {appeals} a
JOIN territories t USING (territory_id)
WHERE {scope}
GROUP BY ALL
ORDER BY appeals DESC
