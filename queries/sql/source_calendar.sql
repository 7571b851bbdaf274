-- question: did each source send as much as usual on each day? Days after a source's last record count too: a source that made 10 a day and stopped is silent.
-- params: $first, $last
-- columns: source_id, source, day, received, expected, state
SELECT
    n.source_id, s.name AS source, c.day, coalesce(d.received, 0) AS received, coalesce(d.expected, n.usual) AS expected,
    CASE WHEN d.state IS NOT NULL THEN d.state WHEN n.usual >= 10 THEN 'silent' ELSE 'ok' END AS state
FROM (SELECT source_id, min(day) AS began, median(received) FILTER (WHERE day > ended - 56) AS usual FROM (
    SELECT *, max(day) OVER (PARTITION BY source_id) AS ended FROM source_days
) GROUP BY source_id) n
JOIN sources s USING (source_id)
JOIN (SELECT unnest(generate_series($first::DATE, $last::DATE, INTERVAL 1 DAY))::DATE AS day) c ON c.day >= n.began
LEFT JOIN source_days d ON d.source_id = n.source_id AND d.day = c.day
ORDER BY n.source_id, c.day
