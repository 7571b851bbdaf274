-- question: which streets stand in the addresses of the territory's appeals, at least twice?
-- params: none
-- columns: territory_id, street, appeals, lat, lon
SELECT a.territory_id, a.street, count(*) AS appeals, median(a.lat) AS lat, median(a.lon) AS lon
FROM appeals a
WHERE {place} AND a.street IS NOT NULL
GROUP BY ALL
HAVING count(*) >= 2
ORDER BY a.street, a.territory_id
