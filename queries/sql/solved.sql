-- question: which appeals that may be read were closed as resolved in the period, the newest first?
-- params: $first, $last (local days of closing), {confirmed}: what else must be true of them
-- columns: appeal_id, topic_id, topic, territory_id, territory, street, created_at, closed_at (UTC), days, rating
SELECT
    a.appeal_id, a.topic_id, p.name AS topic, a.territory_id, t.name AS territory, a.street, a.created_at, a.closed_at,
    a.closing_minutes / 1440.0 AS days, a.rating
FROM appeals a
JOIN territories t USING (territory_id)
LEFT JOIN topics p USING (topic_id)
WHERE {place} AND {readable} AND {solved} AND a.day <= $last
    AND a.closed_at >= $first - INTERVAL 1 DAY AND a.closed_at < $last::TIMESTAMP + INTERVAL 2 DAY
    AND ((a.closed_at AT TIME ZONE 'UTC') AT TIME ZONE t.timezone)::DATE BETWEEN $first AND $last AND {confirmed}
ORDER BY a.closed_at DESC, a.appeal_id
