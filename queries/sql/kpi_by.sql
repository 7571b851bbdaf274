-- question: how do the figures of «Решение и ответы» differ between blocks, executors, channels, levels or territories?
-- params: $first, $last, $as_of; {by}: the column that divides the appeals
-- columns: part, appeals, due_resolvable, resolved_on_time, still_in_time, closed_resolvable, closed_resolved, rated, rated_good, late, term_came, repeated, postponed, reopened, within_30m, response_median, response_p90
SELECT
    {by}::VARCHAR AS part, count(*) AS appeals,
    count(*) FILTER (WHERE {due_resolvable}) AS due_resolvable,
    count(*) FILTER (WHERE {resolved_on_time}) AS resolved_on_time,
    count(*) FILTER (WHERE {still_in_time}) AS still_in_time,
    count(*) FILTER (WHERE {closed_resolvable}) AS closed_resolvable,
    count(*) FILTER (WHERE {closed_resolved}) AS closed_resolved,
    count(*) FILTER (WHERE {rated}) AS rated,
    count(*) FILTER (WHERE {rated_good}) AS rated_good,
    count(*) FILTER (WHERE {late}) AS late,
    count(*) FILTER (WHERE {term_came}) AS term_came,
    count(*) FILTER (WHERE {repeated}) AS repeated,
    count(*) FILTER (WHERE {postponed}) AS postponed,
    count(*) FILTER (WHERE {reopened}) AS reopened,
    count(*) FILTER (WHERE {within_30m}) AS within_30m,
    quantile_disc(coalesce(a.response_minutes, 2147483647), 0.5) AS response_median,
    quantile_disc(coalesce(a.response_minutes, 2147483647), 0.9) AS response_p90
FROM appeals a
LEFT JOIN territories t USING (territory_id)
WHERE {scope}
GROUP BY ALL
ORDER BY appeals DESC, part
