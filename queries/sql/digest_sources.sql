-- question: which of the sources that send appeals from the scope were silent at the end of one day or are at the end of another?
-- params: $since, $until
-- columns: source, was_silent, is_silent, day (the first of its last silent days)
WITH days AS (
    SELECT source_id, day, state = 'silent' AS silent, max(day) FILTER (WHERE state <> 'silent') OVER (PARTITION BY source_id ORDER BY day) AS heard
    FROM source_days
    WHERE day <= $until
), ends AS (
    SELECT
        source_id, coalesce(arg_max(silent, day) FILTER (WHERE day <= $since), FALSE) AS was_silent, arg_max(silent, day) AS is_silent,
        coalesce(arg_max(heard, day) FILTER (WHERE silent) + 1, min(day)) AS day
    FROM days
    GROUP BY source_id
)
SELECT s.name AS source, e.was_silent, e.is_silent, e.day
FROM ends e
JOIN sources s USING (source_id)
WHERE (e.was_silent OR e.is_silent)
    AND e.source_id IN (SELECT DISTINCT a.source_id FROM appeals a WHERE {place} AND a.day BETWEEN $until::DATE - 90 AND $until)
ORDER BY s.name
