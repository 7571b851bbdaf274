-- question: what comes in working hours, what in the evening and at night, what on weekends, and how fast is each answered?
-- params: $first, $last, $as_of
-- columns: shift, appeals, waiting, answered_4h, answer_due_4h, response_median (minutes; 2147483647 = not answered)
SELECT
    CASE WHEN {weekend} THEN 'weekend' WHEN {off_hours} THEN 'off_hours' ELSE 'in_hours' END AS shift, count(*) AS appeals,
    count(*) FILTER (WHERE {waiting}) AS waiting, count(*) FILTER (WHERE {answered_4h}) AS answered_4h,
    count(*) FILTER (WHERE {answer_due_4h}) AS answer_due_4h,
    quantile_disc(coalesce(a.response_minutes, 2147483647), 0.5) AS response_median
FROM appeals a
WHERE {scope}
GROUP BY ALL
ORDER BY shift
