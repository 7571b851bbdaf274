-- question: how many appeals came from each child territory through each channel?
-- params: $first, $last; {child}: the territory column that is shown
-- columns: territory_id, channel_id, channel, appeals
SELECT {child} AS territory_id, a.channel_id, c.name AS channel, {n_all} AS appeals
FROM {appeals} a
JOIN territories t USING (territory_id)
JOIN channels c USING (channel_id)
WHERE {scope}
GROUP BY ALL
ORDER BY ALL
