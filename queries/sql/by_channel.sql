-- question: through which channels did the appeals of the scope come, and how fast was the first answer?
-- params: $first, $last
-- columns: channel_id, channel, is_official, appeals, one count per response bucket
SELECT
    a.channel_id, c.name AS channel, c.is_official, {n_all} AS appeals,
    {n_within_30m} AS within_30m,
    {n_within_1h} AS within_1h,
    {n_within_4h} AS within_4h,
    {n_within_8h} AS within_8h,
    {n_within_24h} AS within_24h,
    {n_over_24h} AS over_24h,
    {n_waiting} AS waiting
FROM {appeals} a
LEFT JOIN channels c USING (channel_id)
WHERE {scope}
GROUP BY ALL
ORDER BY appeals DESC, channel
