-- question: how many appeals of the scope came through each channel, against the period before?
-- params: $first, $last, $before_first, $before_last
-- columns: channel_id, channel, is_official, appeals, before
SELECT
    a.channel_id, c.name AS channel, c.is_official,
    {n_now} AS appeals,
    {n_before} AS before
FROM {appeals} a
LEFT JOIN channels c USING (channel_id)
WHERE {place} AND (a.day BETWEEN $first AND $last OR a.day BETWEEN $before_first AND $before_last)
GROUP BY ALL
ORDER BY appeals DESC, before DESC, channel
