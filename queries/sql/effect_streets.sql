-- question: on which streets of the scope do people complain?
-- params: $first, $last
-- columns: street
SELECT DISTINCT a.street FROM appeals a WHERE {scope} AND a.street IS NOT NULL ORDER BY ALL
