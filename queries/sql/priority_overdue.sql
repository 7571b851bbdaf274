-- question: what is open and overdue now on each topic in each place?
-- params: $as_of; {where}: the place as SQL over appeals `a` and their territories `t`
-- columns: topic_id, place, overdue
SELECT a.topic_id, {where} AS place, count(*) AS overdue
FROM live a
LEFT JOIN territories t USING (territory_id)
WHERE {place} AND {overdue} AND a.topic_id IS NOT NULL
GROUP BY ALL
ORDER BY ALL
