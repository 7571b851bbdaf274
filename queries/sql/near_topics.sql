-- question: what do the appeals of a selection ask about, the most frequent topic first?
-- params: $first, $last, $as_of, $limit; {chosen}: conditions of appeals.Chosen
-- columns: topic_id (NULL: without a topic), topic, appeals
SELECT a.topic_id, p.name AS topic, count(*) AS appeals
FROM appeals a
LEFT JOIN topics p USING (topic_id)
WHERE {scope} AND {chosen}
GROUP BY ALL
ORDER BY appeals DESC, a.topic_id
LIMIT $limit
