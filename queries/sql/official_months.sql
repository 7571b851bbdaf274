-- question: how many appeals of each calendar month came through official channels, of how many?
-- params: $first, $last
-- columns: month, appeals, official
SELECT date_trunc('month', a.day)::DATE AS month, {n_all} AS appeals, {n_official} AS official
FROM {appeals} a
WHERE {scope}
GROUP BY ALL
ORDER BY month
