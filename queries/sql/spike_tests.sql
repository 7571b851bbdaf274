-- question: how many series does the detector test in these regions, by level and step, and how many of them can have an alarm?
-- params: $regions (empty: all)
-- columns: frequency, series, active
SELECT m.frequency, m.series, m.active
FROM (SELECT region_id AS territory_id, frequency, series, active FROM spike_tests) m
WHERE {noted} AND (len($regions) = 0 OR list_contains($regions::INTEGER[], m.territory_id))
ORDER BY ALL
