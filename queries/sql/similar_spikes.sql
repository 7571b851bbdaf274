-- question: which earlier spikes were alike: the same topic group, here first?
-- params: $spike_id, $topic_group_id, $territory_id, $onset, $limit
-- columns: spike_id, territory, topic, onset, last_day, observed, ratio, cause, decision
SELECT
    s.spike_id, t.name AS territory, coalesce(p.name, g.name) AS topic, s.onset, s.last_day, s.observed, s.ratio,
    (SELECT arg_max(c.text, c.written_at) FROM causes c WHERE c.spike_id = s.spike_id) AS cause,
    (SELECT arg_max(d.kind, d.written_at) FROM decisions d WHERE d.spike_id = s.spike_id) AS decision
FROM spikes s
JOIN territories t USING (territory_id)
LEFT JOIN topics p USING (topic_id)
LEFT JOIN topic_groups g ON g.topic_group_id = s.topic_group_id
WHERE {watched} AND s.topic_group_id = $topic_group_id AND s.spike_id <> $spike_id AND s.onset < $onset
ORDER BY (s.territory_id = $territory_id)::INTEGER DESC, s.onset DESC
LIMIT $limit
