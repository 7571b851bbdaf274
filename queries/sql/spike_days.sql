-- question: how did spikes go, day by day or week by week?
-- params: $spike_ids, $since, $until
-- columns: spike_id, day (of a weekly series: Monday), observed, expected, upper, p_value, is_alarm
SELECT d.spike_id, d.day, d.observed, d.expected, d.upper, d.p_value, d.is_alarm
FROM spike_days d
JOIN spikes s USING (spike_id)
WHERE {watched} AND list_contains($spike_ids::BIGINT[], d.spike_id) AND d.day BETWEEN $since AND $until
ORDER BY ALL
