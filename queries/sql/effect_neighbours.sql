-- question: how many appeals came on each day beside a measure, by topic of the same group, by group of the same block or by place?
-- params: $streets (empty: anywhere), {by}: topic_id | topic_group_id | territory_id, scope
-- columns: id, day, appeals
SELECT a.{by} AS id, a.day, count(*) AS appeals
FROM appeals a
WHERE {scope} AND a.{by} IS NOT NULL AND (len($streets) = 0 OR list_contains($streets::VARCHAR[], a.street))
GROUP BY ALL
ORDER BY ALL
