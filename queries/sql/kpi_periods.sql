-- question: how did resolution and first response go by calendar week, month or quarter of arrival?
-- params: $first, $last, $as_of; {bucket}: the SQL of the bucket's first day
-- columns: period, appeals, due_resolvable, resolved_on_time, still_in_time, closed_resolvable, closed_resolved, rated, rated_good, answered, waiting, within_30m, answered_in_norm, answer_term_came, response_median, response_p90
SELECT
    {bucket} AS period, {n_all} AS appeals,
    {n_due_resolvable} AS due_resolvable,
    {n_resolved_on_time} AS resolved_on_time,
    {n_still_in_time} AS still_in_time,
    {n_closed_resolvable} AS closed_resolvable,
    {n_closed_resolved} AS closed_resolved,
    {n_rated} AS rated,
    {n_rated_good} AS rated_good,
    {n_answered} AS answered,
    {n_waiting} AS waiting,
    {n_within_30m} AS within_30m,
    {n_answered_in_norm} AS answered_in_norm,
    {n_answer_term_came} AS answer_term_came,
    {response}
FROM {appeals} a
WHERE {scope}
GROUP BY ALL
ORDER BY period
