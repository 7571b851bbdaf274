-- question: where are the appeals of the scope, who wrote them, and are they still unresolved?
-- params: $first, $last, $as_of
-- columns: territory_id, street, lat, lon, day, author, unresolved (NULL: too early to say), severity (0–1)
SELECT
    a.territory_id, a.street, a.lat, a.lon, a.day, a.author_key AS author,
    CASE
        WHEN a.status = 'closed' THEN coalesce(a.outcome NOT IN ('resolved', 'explained'), TRUE)
        WHEN {open} AND a.due_at < $as_of THEN TRUE
    END AS unresolved,
    (p.severity - 1) / 4.0 AS severity
FROM appeals a
LEFT JOIN topics p USING (topic_id)
WHERE {scope} AND (a.street IS NOT NULL OR a.lat IS NOT NULL)
ORDER BY a.created_at, a.appeal_id
