-- question: in which months and territories do the texts of the scope hold the words, and how many of them are closed?
-- params: $first, $last, $as_of, those of {chosen} and {words}
-- columns: month, territory_id, appeals, restricted, territory
SELECT h.*, t.name AS territory
FROM (
    SELECT date_trunc('month', day)::DATE AS month, territory_id, count(*) AS appeals, count(*) FILTER (WHERE is_restricted) AS restricted
    FROM (
        SELECT a.day, a.territory_id, {restricted} AS is_restricted, x.keys
        FROM appeals a
        JOIN texts x USING (appeal_id)
        LEFT JOIN territories t USING (territory_id)
        WHERE {scope} AND {chosen} AND {readable}
        {narrow_first}
    )
    WHERE {words}
    GROUP BY ALL
) h
LEFT JOIN territories t USING (territory_id)
ORDER BY month DESC, appeals DESC, territory
