-- question: how long is the first response by the calendar clock and by the working clock?
-- params: $first, $last
-- columns: appeals, calendar_median, calendar_p90, working_median, working_p90 (minutes; 2147483647 = not answered)
SELECT
    count(*) AS appeals,
    quantile_disc(coalesce(a.response_minutes, 2147483647), 0.5) AS calendar_median,
    quantile_disc(coalesce(a.response_minutes, 2147483647), 0.9) AS calendar_p90,
    quantile_disc(CASE WHEN a.response_work_minutes >= 0 THEN a.response_work_minutes ELSE 2147483647 END, 0.5) AS working_median,
    quantile_disc(CASE WHEN a.response_work_minutes >= 0 THEN a.response_work_minutes ELSE 2147483647 END, 0.9) AS working_p90
FROM appeals a
WHERE {scope}
