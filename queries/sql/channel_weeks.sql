-- question: how did each channel go over the last equal periods (0 is the scope's own)?
-- params: $last, $days, $periods
-- columns: channel_id, period, appeals
SELECT a.channel_id, date_diff('day', a.day, $last) // $days AS period, {n_all} AS appeals
FROM {appeals} a
WHERE {place} AND a.day BETWEEN $last::DATE - ($days * $periods - 1)::INTEGER AND $last
GROUP BY ALL
ORDER BY ALL
