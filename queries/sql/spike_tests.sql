-- question: how many series does the detector test in these regions, by level and step?
-- params: $regions (empty: all)
-- columns: frequency, series
SELECT m.frequency, m.series
FROM (SELECT region_id AS territory_id, frequency, series FROM spike_tests) m
WHERE {noted} AND (len($regions) = 0 OR list_contains($regions::INTEGER[], m.territory_id))
ORDER BY ALL
