-- question: how many appeals above the usual did spikes have by the end of a day, and how many after it?
-- params: $since, $spike_ids (their numbers)
-- columns: spike_id, before, added
SELECT
    s.spike_id,
    coalesce(sum(d.observed - d.expected) FILTER (WHERE d.day + CASE s.frequency WHEN 'W' THEN 6 ELSE 0 END <= $since), 0) AS before,
    coalesce(sum(d.observed - d.expected) FILTER (WHERE d.day + CASE s.frequency WHEN 'W' THEN 6 ELSE 0 END > $since), 0) AS added
FROM spikes s
JOIN spike_days d ON d.spike_id = s.spike_id AND d.day BETWEEN s.onset AND s.last_day
WHERE {watched} AND s.spike_id IN (SELECT unnest($spike_ids::BIGINT[]))
GROUP BY s.spike_id
ORDER BY s.spike_id
