-- question: which named places match no territory?
-- params: none
-- columns: region, municipality, appeals
SELECT region, municipality, count(*) AS appeals FROM unplaced GROUP BY ALL ORDER BY appeals DESC
