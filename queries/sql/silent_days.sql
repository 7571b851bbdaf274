-- question: on which days of the period was a source silent?
-- params: $first, $last
-- columns: source, day
SELECT s.name AS source, d.day
FROM source_days d
JOIN sources s USING (source_id)
WHERE d.state = 'silent' AND d.day BETWEEN $first AND $last
ORDER BY ALL
