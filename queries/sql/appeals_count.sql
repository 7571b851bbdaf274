-- question: how many appeals of the scope meet the chosen conditions, and how many of them have closed texts?
-- params: $first, $last, $as_of, those of {chosen}
-- columns: appeals, restricted
SELECT count(*) AS appeals, count(*) FILTER (WHERE {restricted}) AS restricted
FROM appeals a
LEFT JOIN territories t USING (territory_id)
WHERE {scope} AND {chosen}
