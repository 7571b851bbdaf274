-- question: through which channels did the appeals of the scope come, and how fast was the first answer?
-- params: $first, $last
-- columns: channel_id, channel, is_official, appeals, one count per response bucket
SELECT
    a.channel_id, c.name AS channel, c.is_official, count(*) AS appeals,
    count(*) FILTER (WHERE {within_30m}) AS within_30m,
    count(*) FILTER (WHERE {within_1h}) AS within_1h,
    count(*) FILTER (WHERE {within_4h}) AS within_4h,
    count(*) FILTER (WHERE {within_8h}) AS within_8h,
    count(*) FILTER (WHERE {within_24h}) AS within_24h,
    count(*) FILTER (WHERE {over_24h}) AS over_24h,
    count(*) FILTER (WHERE {waiting}) AS waiting
FROM appeals a
LEFT JOIN channels c USING (channel_id)
WHERE {scope}
GROUP BY ALL
ORDER BY appeals DESC, channel
