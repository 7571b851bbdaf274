-- question: how did each body (a town or an executor) do from the day its territory was connected on?
-- params: $first, $last, $as_of; {body}: the column that names the body
-- columns: body, appeals, resolved_on_time, due_resolvable, answered_4h, answer_due_4h, not_repeated, not_postponed, rated_good, rated, before_connection
SELECT
    {body} AS body, count(*) FILTER (WHERE {connected}) AS appeals,
    count(*) FILTER (WHERE {connected} AND {resolved_on_time}) AS resolved_on_time,
    count(*) FILTER (WHERE {connected} AND {due_resolvable}) AS due_resolvable,
    count(*) FILTER (WHERE {connected} AND {answered_4h}) AS answered_4h,
    count(*) FILTER (WHERE {connected} AND {answer_due_4h}) AS answer_due_4h,
    count(*) FILTER (WHERE {connected} AND {not_repeated}) AS not_repeated,
    count(*) FILTER (WHERE {connected} AND {not_postponed}) AS not_postponed,
    count(*) FILTER (WHERE {connected} AND {rated_good}) AS rated_good,
    count(*) FILTER (WHERE {connected} AND {rated}) AS rated,
    count(*) FILTER (WHERE NOT {connected}) AS before_connection
FROM appeals a
LEFT JOIN territories t USING (territory_id)
WHERE {scope} AND {body} IS NOT NULL
GROUP BY ALL
ORDER BY appeals DESC, body
