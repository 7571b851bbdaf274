-- question: on which days was a source silent that usually makes a fifth or more of the scope's appeals?
-- params: $first, $last
-- columns: day, source
SELECT d.day, s.name AS source
FROM source_days d
JOIN sources s USING (source_id)
JOIN (
    SELECT a.source_id, count(*) / sum(count(*)) OVER () AS share FROM appeals a WHERE {scope} GROUP BY a.source_id
) n USING (source_id)
WHERE d.state = 'silent' AND n.share >= 0.2 AND d.day BETWEEN $first AND $last
ORDER BY ALL
