-- question: how many appeals came on each day beside a measure, by topic of the same group, by group of the same block or by place?
-- params: $first, $last, $streets (empty: anywhere); {by}: a.topic_id | a.topic_group_id | a.territory_id
-- columns: id, day, appeals
SELECT {by} AS id, a.day, count(*) AS appeals
FROM appeals a
WHERE {scope} AND {by} IS NOT NULL AND (len($streets) = 0 OR list_contains($streets::VARCHAR[], a.street))
GROUP BY ALL
ORDER BY ALL
