-- question: at which hours of the week do appeals come, and at which are they first answered, by the clock of their town?
-- params: $first, $last
-- columns: weekday, hour, arrived, answered (weekday 1 = Monday)
WITH moments AS (
    SELECT isodow(a.day) AS weekday, a.hour, 1 AS arrived, 0 AS answered
    FROM appeals a LEFT JOIN territories t USING (territory_id)
    WHERE {scope}
    UNION ALL
    SELECT isodow({answered_local}), hour({answered_local}), 0, 1
    FROM appeals a LEFT JOIN territories t USING (territory_id)
    WHERE {scope} AND {answered}
)
SELECT weekday, hour, sum(arrived)::BIGINT AS arrived, sum(answered)::BIGINT AS answered FROM moments GROUP BY ALL ORDER BY ALL
