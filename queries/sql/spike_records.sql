-- question: what did people write about a spike?
-- params: $spike_id
-- columns: kind, written_at, author, what, text
SELECT 'cause' AS kind, written_at, author, NULL AS what, text FROM causes WHERE spike_id = $spike_id
UNION ALL
SELECT 'note', written_at, author, day::VARCHAR, text FROM notes WHERE spike_id = $spike_id
UNION ALL
SELECT 'decision', written_at, author, kind, text FROM decisions WHERE spike_id = $spike_id
ORDER BY written_at DESC
