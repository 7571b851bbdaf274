-- question: how many appeals began and ended their wait for the first answer in each hour?
-- params: $since, $until (days of arrival)
-- columns: moment, begun, ended (moment: a UTC hour)
WITH ends AS (
    SELECT date_trunc('hour', a.created_at) AS moment, 1 AS begun, 0 AS ended FROM appeals a WHERE {place} AND a.day BETWEEN $since AND $until
    UNION ALL
    SELECT date_trunc('hour', a.first_response_at), 0, 1 FROM appeals a
    WHERE {place} AND a.day BETWEEN $since AND $until AND {answered}
)
SELECT moment, sum(begun)::BIGINT AS begun, sum(ended)::BIGINT AS ended FROM ends GROUP BY ALL ORDER BY moment
