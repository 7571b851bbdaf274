-- question: how did resolution and first response go by calendar week, month or quarter of arrival?
-- params: $first, $last, $as_of; {bucket}: the SQL of the bucket's first day
-- columns: period, appeals, due_resolvable, resolved_on_time, still_in_time, closed_resolvable, closed_resolved, rated, rated_good, answered, waiting, within_30m, response_median, response_p90
SELECT
    {bucket} AS period, count(*) AS appeals,
    count(*) FILTER (WHERE {due_resolvable}) AS due_resolvable,
    count(*) FILTER (WHERE {resolved_on_time}) AS resolved_on_time,
    count(*) FILTER (WHERE {still_in_time}) AS still_in_time,
    count(*) FILTER (WHERE {closed_resolvable}) AS closed_resolvable,
    count(*) FILTER (WHERE {closed_resolved}) AS closed_resolved,
    count(*) FILTER (WHERE {rated}) AS rated,
    count(*) FILTER (WHERE {rated_good}) AS rated_good,
    count(*) FILTER (WHERE {answered}) AS answered,
    count(*) FILTER (WHERE {waiting}) AS waiting,
    count(*) FILTER (WHERE {within_30m}) AS within_30m,
    quantile_disc(coalesce(a.response_minutes, 2147483647), 0.5) AS response_median,
    quantile_disc(coalesce(a.response_minutes, 2147483647), 0.9) AS response_p90
FROM appeals a
WHERE {scope}
GROUP BY ALL
ORDER BY period
