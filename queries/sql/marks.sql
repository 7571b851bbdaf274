-- question: which notes, causes, decisions, measures and campaigns belong on a chart of these places and topics?
-- params: $places (null: all), $blocks, $groups, $topics (all three empty: all topics)
-- columns: day, kind (note | cause | measure | measure_done | notice | a kind of decision), text, territory_id, territory
SELECT m.day, m.kind, m.text, m.territory_id, t.name AS territory
FROM (
    SELECT n.day, 'note' AS kind, n.text, n.territory_id, n.topic_group_id, n.topic_id FROM notes n
    UNION ALL
    SELECT s.onset, 'cause', c.text, s.territory_id, s.topic_group_id, s.topic_id FROM causes c JOIN spikes s USING (spike_id)
    UNION ALL
    SELECT d.written_at::DATE, d.kind, d.text, s.territory_id, s.topic_group_id, s.topic_id
    FROM decisions d JOIN spikes s USING (spike_id)
    QUALIFY row_number() OVER (PARTITION BY d.spike_id, d.kind ORDER BY d.written_at DESC) = 1
    UNION ALL
    SELECT e.start_day, 'measure', e.problem, e.territory_id, e.topic_group_id, e.topic_id
    FROM measures e WHERE e.status IN ('running', 'done') AND e.start_day IS NOT NULL
    UNION ALL
    SELECT e.end_day, 'measure_done', e.problem, e.territory_id, e.topic_group_id, e.topic_id
    FROM measures e WHERE e.status = 'done' AND e.end_day > coalesce(e.start_day, DATE '2000-01-01')
    UNION ALL
    SELECT c.announced_day, 'notice', c.what, c.territory_id, c.topic_group_id, c.topic_id FROM campaigns c
) m
LEFT JOIN topic_groups g USING (topic_group_id)
JOIN territories t ON t.territory_id = m.territory_id
WHERE {noted} AND ($places IS NULL OR list_contains($places::INTEGER[], m.territory_id)) AND (
    len($blocks) + len($groups) + len($topics) = 0 OR list_contains($blocks::INTEGER[], g.block_id)
    OR list_contains($groups::INTEGER[], m.topic_group_id) OR list_contains($topics::INTEGER[], m.topic_id)
    OR (m.topic_id IS NULL AND m.topic_group_id IN (SELECT p.topic_group_id FROM topics p WHERE list_contains($topics::INTEGER[], p.topic_id)))
)
ORDER BY m.day, m.kind, m.text, m.territory_id
