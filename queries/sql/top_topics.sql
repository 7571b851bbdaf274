-- question: which topics are written about most, against the period before?
-- params: $first, $last, $before_first, $before_last
-- columns: topic_id, topic, topic_group, block, appeals, before
SELECT
    a.topic_id, t.name AS topic, g.name AS topic_group, b.name AS block,
    {n_now} AS appeals,
    {n_before} AS before
FROM {appeals} a
LEFT JOIN topics t USING (topic_id)
LEFT JOIN topic_groups g ON g.topic_group_id = a.topic_group_id
LEFT JOIN blocks b ON b.block_id = a.block_id
WHERE {place} AND (a.day BETWEEN $first AND $last OR a.day BETWEEN $before_first AND $before_last)
GROUP BY ALL
ORDER BY appeals DESC, topic
