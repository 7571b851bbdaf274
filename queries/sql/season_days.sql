-- question: how many appeals came on each topic on each day?
-- params: $first, $last
-- columns: topic_id, day, appeals
SELECT a.topic_id, a.day, {n_all} AS appeals
FROM {appeals} a
WHERE {scope} AND a.topic_id IS NOT NULL
GROUP BY ALL
ORDER BY ALL
