-- question: what are the figures of the scope, period by period going back (period 0 is the scope's own)?
-- params: $last (the last day of the scope's period), $days (its length), $periods (how many), $as_of
-- columns: period, one count per predicate, response_median, response_p90 (minutes; 2147483647 = not answered), rating
SELECT
    date_diff('day', a.day, $last) // $days AS period,
    count(*) AS appeals,
    count(*) FILTER (WHERE {due_resolvable}) AS due_resolvable,
    count(*) FILTER (WHERE {resolved_on_time}) AS resolved_on_time,
    count(*) FILTER (WHERE {still_in_time}) AS still_in_time,
    count(*) FILTER (WHERE {closed_resolvable}) AS closed_resolvable,
    count(*) FILTER (WHERE {closed_resolved}) AS closed_resolved,
    count(*) FILTER (WHERE {closed}) AS closed,
    count(*) FILTER (WHERE {open}) AS open,
    count(*) FILTER (WHERE {rated}) AS rated,
    count(*) FILTER (WHERE {rated_good}) AS rated_good,
    count(*) FILTER (WHERE {official}) AS official,
    count(*) FILTER (WHERE {assigned}) AS assigned,
    count(*) FILTER (WHERE {answered}) AS answered,
    count(*) FILTER (WHERE {waiting}) AS waiting,
    count(*) FILTER (WHERE {reopened}) AS reopened,
    count(*) FILTER (WHERE {repeated}) AS repeated,
    count(*) FILTER (WHERE {postponed}) AS postponed,
    count(*) FILTER (WHERE {late}) AS late,
    count(*) FILTER (WHERE {term_came}) AS term_came,
    count(*) FILTER (WHERE {within_30m}) AS within_30m,
    count(*) FILTER (WHERE {declined}) AS declined,
    count(*) FILTER (WHERE {written_again}) AS written_again,
    count(*) FILTER (WHERE {answered_4h}) AS answered_4h,
    count(*) FILTER (WHERE {answer_due_4h}) AS answer_due_4h,
    count(*) FILTER (WHERE {not_repeated}) AS not_repeated,
    count(*) FILTER (WHERE {not_postponed}) AS not_postponed,
    count(DISTINCT a.author_key) AS authors,
    avg(a.rating) AS rating,
    quantile_disc(coalesce(a.response_minutes, 2147483647), 0.5) AS response_median,
    quantile_disc(coalesce(a.response_minutes, 2147483647), 0.9) AS response_p90
FROM appeals a
WHERE {place} AND a.day BETWEEN $last::DATE - ($days * $periods - 1)::INTEGER AND $last
GROUP BY period
ORDER BY period
