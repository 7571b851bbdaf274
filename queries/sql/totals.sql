-- question: what are the figures of the scope, period by period going back (period 0 is the scope's own)?
-- params: $last (the last day of the scope's period), $days (its length), $periods (how many), $as_of
-- columns: period, one count per predicate, response_median, response_p90 (minutes; 2147483647 = not answered), rating
SELECT
    date_diff('day', a.day, $last) // $days AS period,
    {n_all} AS appeals,
    {n_due_resolvable} AS due_resolvable,
    {n_resolved_on_time} AS resolved_on_time,
    {n_still_in_time} AS still_in_time,
    {n_closed_resolvable} AS closed_resolvable,
    {n_closed_resolved} AS closed_resolved,
    {n_closed} AS closed,
    {n_open} AS open,
    {n_rated} AS rated,
    {n_rated_good} AS rated_good,
    {n_official} AS official,
    {n_assigned} AS assigned,
    {n_answered} AS answered,
    {n_waiting} AS waiting,
    {n_reopened} AS reopened,
    {n_repeated} AS repeated,
    {n_postponed} AS postponed,
    {n_late} AS late,
    {n_term_came} AS term_came,
    {n_within_30m} AS within_30m,
    {n_declined} AS declined,
    {n_written_again} AS written_again,
    {n_answered_4h} AS answered_4h,
    {n_answer_due_4h} AS answer_due_4h,
    {n_answered_in_norm} AS answered_in_norm,
    {n_answer_term_came} AS answer_term_came,
    {n_not_repeated} AS not_repeated,
    {n_not_postponed} AS not_postponed,
    {marks} / nullif({n_rated}, 0) AS rating,
    {response}
FROM {appeals} a
WHERE {place} AND a.day BETWEEN $last::DATE - ($days * $periods - 1)::INTEGER AND $last
GROUP BY period
ORDER BY period
