-- question: what are the figures of each child territory?
-- params: $first, $last, $as_of; {child}: the territory column that is shown
-- columns: territory_id, appeals, with_point, due_resolvable, resolved_on_time, response_median
SELECT
    {child} AS territory_id, count(*) AS appeals,
    count(*) FILTER (WHERE {with_point}) AS with_point,
    count(*) FILTER (WHERE {due_resolvable}) AS due_resolvable,
    count(*) FILTER (WHERE {resolved_on_time}) AS resolved_on_time,
    quantile_disc(coalesce(a.response_minutes, 2147483647), 0.5) AS response_median
FROM appeals a
JOIN territories t USING (territory_id)
WHERE {scope}
GROUP BY ALL
ORDER BY appeals DESC
