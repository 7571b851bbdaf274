-- question: which streets are named most in the scope?
-- params: $first, $last, $limit
-- columns: street, appeals, lat, lon
SELECT a.street, count(*) AS appeals, avg(a.lat) AS lat, avg(a.lon) AS lon
FROM appeals a
WHERE {scope} AND a.street IS NOT NULL
GROUP BY a.street
ORDER BY appeals DESC, a.street
LIMIT $limit
