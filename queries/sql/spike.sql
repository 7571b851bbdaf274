-- question: what is known of one spike?
-- params: $spike_id
-- columns: all of spikes with names, and what was last decided (of a spike that was not found again only the names and days)
SELECT s.*, t.name AS territory, t.region_id, b.name AS block, g.name AS topic_group, p.name AS topic
FROM spikes_decided s
JOIN territories t USING (territory_id)
LEFT JOIN blocks b ON b.block_id = s.block_id
LEFT JOIN topic_groups g ON g.topic_group_id = s.topic_group_id
LEFT JOIN topics p ON p.topic_id = s.topic_id
WHERE {watched} AND s.spike_id = $spike_id
