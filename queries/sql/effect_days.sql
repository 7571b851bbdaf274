-- question: how many appeals came on each day of the scope, on some streets of it or anywhere?
-- params: $first, $last, $streets (empty: anywhere)
-- columns: day, appeals
SELECT a.day, count(*) AS appeals
FROM appeals a
WHERE {scope} AND (len($streets) = 0 OR list_contains($streets::VARCHAR[], a.street))
GROUP BY a.day
ORDER BY a.day
