-- question: which spikes of the scope's territory are there, the most serious first?
-- params: $since, $until (spikes that were going on at some day between them)
-- columns: all of spikes with names, what was last decided, and how many causes were saved
SELECT
    s.*, t.name AS territory, b.name AS block, g.name AS topic_group, p.name AS topic,
    (SELECT count(*) FROM causes c WHERE c.spike_id = s.spike_id) AS causes
FROM spikes_decided s
JOIN territories t USING (territory_id)
LEFT JOIN blocks b ON b.block_id = s.block_id
LEFT JOIN topic_groups g ON g.topic_group_id = s.topic_group_id
LEFT JOIN topics p ON p.topic_id = s.topic_id
WHERE {watched} AND s.last_day >= $since AND s.onset <= $until AND s.observed IS NOT NULL
ORDER BY s.severity DESC, s.spike_id
