-- question: how many in the whole country were open before the period, arrived, were closed in it, and are open at its end?
-- params: $start, $end (UTC moments at full hours)
-- columns: before, arrived, closed, after
SELECT
    coalesce(sum(came - gone) FILTER (WHERE hour < $start), 0) AS before,
    coalesce(sum(came) FILTER (WHERE hour >= $start AND hour < $end), 0) AS arrived,
    coalesce(sum(gone) FILTER (WHERE hour >= $start AND hour < $end), 0) AS closed,
    coalesce(sum(came - gone) FILTER (WHERE hour < $end), 0) AS after
FROM hour_country
