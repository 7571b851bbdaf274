-- question: where are the appeals of a selection that have a point, newest first?
-- params: $first, $last, $as_of, $limit; {chosen}: conditions of appeals.Chosen
-- columns: lat, lon
SELECT a.lat, a.lon
FROM appeals a
WHERE {scope} AND {chosen} AND {with_point}
ORDER BY a.created_at DESC
LIMIT $limit
