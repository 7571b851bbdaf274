-- question: how often do the parts of a rating come together on one appeal (1 met, 0 not, NULL does not apply)?
-- params: $first, $last, $as_of
-- columns: resolved_on_time, answered_4h, not_repeated, not_postponed, rated_good, appeals
SELECT
    CASE WHEN {due_resolvable} THEN {resolved_on_time}::INTEGER END AS resolved_on_time,
    CASE WHEN {answer_due_4h} THEN coalesce({answered_4h}, FALSE)::INTEGER END AS answered_4h,
    {not_repeated}::INTEGER AS not_repeated, {not_postponed}::INTEGER AS not_postponed,
    CASE WHEN {rated} THEN {rated_good}::INTEGER END AS rated_good, count(*) AS appeals
FROM appeals a
LEFT JOIN territories t USING (territory_id)
WHERE {scope} AND {connected}
GROUP BY ALL
ORDER BY ALL
