-- question: how did pilot regions and the others do in two periods?
-- params: $before_first, $before_last, $first, $last, $as_of
-- columns: is_pilot, is_after, appeals, due_resolvable, resolved_on_time, answer_due_4h, answered_4h
SELECT
    {pilot} AS is_pilot, a.day >= $first AS is_after, {n_all} AS appeals,
    {n_due_resolvable} AS due_resolvable, {n_resolved_on_time} AS resolved_on_time,
    {n_answer_due_4h} AS answer_due_4h, {n_answered_4h} AS answered_4h
FROM {appeals} a
LEFT JOIN territories t USING (territory_id)
WHERE {place} AND (a.day BETWEEN $before_first AND $before_last OR a.day BETWEEN $first AND $last)
GROUP BY ALL
ORDER BY ALL
