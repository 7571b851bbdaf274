-- question: which notes and causes belong on a chart of these places and topics?
-- params: $places, $groups, $topics (both empty: all topics)
-- columns: day, text
SELECT m.day, m.text
FROM (
    SELECT n.day, n.text, n.territory_id, n.topic_group_id, n.topic_id FROM notes n
    UNION ALL
    SELECT s.onset, 'Причина: ' || c.text, s.territory_id, s.topic_group_id, s.topic_id FROM causes c JOIN spikes s USING (spike_id)
) m
WHERE {noted} AND list_contains($places::INTEGER[], m.territory_id)
    AND (len($groups) + len($topics) = 0 OR list_contains($groups::SMALLINT[], m.topic_group_id) OR list_contains($topics::SMALLINT[], m.topic_id))
ORDER BY m.day
