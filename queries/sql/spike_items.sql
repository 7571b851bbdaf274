-- question: which measures and campaigns answer this spike, or another of its episode?
-- params: $spike_id, $episode_id (may be null)
-- columns: register, item_id
SELECT s.register, s.item_id
FROM register_items s
JOIN spikes o ON o.spike_id = TRY_CAST((s.facts->>'spike') AS BIGINT)
WHERE s.register IN ('measures', 'campaigns') AND {watched} AND (o.spike_id = $spike_id OR o.episode_id = $episode_id)
ORDER BY s.written_at, s.item_id
