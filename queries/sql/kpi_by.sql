-- question: how do the figures of «Решение и ответы» differ between blocks, executors, channels, levels or territories?
-- params: $first, $last, $as_of; {by}: the column that divides the appeals
-- columns: part, appeals, due_resolvable, resolved_on_time, still_in_time, closed_resolvable, closed_resolved, rated, rated_good, late, term_came, repeated, postponed, reopened, within_30m, answered_in_norm, answer_term_came, response_median, response_p90
SELECT
    {by}::VARCHAR AS part, {n_all} AS appeals,
    {n_due_resolvable} AS due_resolvable,
    {n_resolved_on_time} AS resolved_on_time,
    {n_still_in_time} AS still_in_time,
    {n_closed_resolvable} AS closed_resolvable,
    {n_closed_resolved} AS closed_resolved,
    {n_rated} AS rated,
    {n_rated_good} AS rated_good,
    {n_late} AS late,
    {n_term_came} AS term_came,
    {n_repeated} AS repeated,
    {n_postponed} AS postponed,
    {n_reopened} AS reopened,
    {n_within_30m} AS within_30m,
    {n_answered_in_norm} AS answered_in_norm,
    {n_answer_term_came} AS answer_term_came,
    {response}
FROM {appeals} a
LEFT JOIN territories t USING (territory_id)
WHERE {scope}
GROUP BY ALL
ORDER BY appeals DESC, part
