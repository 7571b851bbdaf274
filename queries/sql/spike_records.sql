-- question: what did people write about a spike and the others of its episode?
-- params: $spike_id, $episode_id
-- columns: kind, written_at, author, what, text, spike_id, territory, topic (of the spike it was written at)
WITH event AS (
    SELECT m.spike_id, t.name AS territory, coalesce(p.name, g.name) AS topic
    FROM spikes m
    JOIN territories t USING (territory_id)
    LEFT JOIN topic_groups g ON g.topic_group_id = m.topic_group_id
    LEFT JOIN topics p ON p.topic_id = m.topic_id
    WHERE {noted} AND (m.spike_id = $spike_id OR m.episode_id = $episode_id)
)
SELECT w.kind, w.written_at, w.author, w.what, w.text, e.spike_id, e.territory, e.topic
FROM (
    SELECT 'cause' AS kind, written_at, author, NULL AS what, text, spike_id FROM causes
    UNION ALL
    SELECT 'note', written_at, author, day::VARCHAR, text, spike_id FROM notes
    UNION ALL
    SELECT 'decision', written_at, author, kind, text, spike_id FROM decisions
) w
JOIN event e USING (spike_id)
ORDER BY w.written_at DESC
