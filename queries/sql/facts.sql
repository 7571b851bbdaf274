-- question: which days does the store cover, with how many appeals?
-- params: none
-- columns: first_day, last_day, appeals
SELECT min(day) AS first_day, max(day) AS last_day, coalesce(sum(appeals), 0)::BIGINT AS appeals FROM day_country
