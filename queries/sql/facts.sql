-- question: which days does the store cover?
-- params: none
-- columns: first_day, last_day, appeals
SELECT min(day) AS first_day, max(day) AS last_day, count(*) AS appeals FROM appeals
