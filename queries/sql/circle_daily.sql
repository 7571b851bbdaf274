-- question: how many appeals of a place come each day from inside a circle and from the rest of it?
-- params: $first, $last; {circle}, {elsewhere}: SQL of places over appeals `a`
-- columns: day, inside, outside (appeals without a point are in neither)
SELECT a.day, count(*) FILTER ({circle}) AS inside, count(*) FILTER ({elsewhere}) AS outside
FROM appeals a
WHERE {scope} AND {with_point}
GROUP BY a.day
ORDER BY a.day
