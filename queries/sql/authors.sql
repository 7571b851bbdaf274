-- question: how many people wrote, as far as authors are known?
-- params: $first, $last
-- columns: authors
SELECT count(DISTINCT a.author_key) AS authors
FROM appeals a
WHERE {scope}
