-- question: which territories exist, and which of them have appeals?
-- params: none
-- columns: territory_id, parent_id, region_id, kind, name, oktmo, population, lat, lon, timezone, is_pilot, connected_on, appeals
SELECT t.*, coalesce(n.appeals, 0) AS appeals
FROM territories t
LEFT JOIN (SELECT territory_id, sum(appeals)::BIGINT AS appeals FROM day_territory GROUP BY territory_id) n USING (territory_id)
ORDER BY t.territory_id
