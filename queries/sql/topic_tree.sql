-- question: what is the tree of blocks, groups and topics?
-- params: none
-- columns: block_id, block, topic_group_id, topic_group, topic_id, topic
SELECT b.block_id, b.name AS block, g.topic_group_id, g.name AS topic_group, t.topic_id, t.name AS topic
FROM blocks b
LEFT JOIN topic_groups g USING (block_id)
LEFT JOIN topics t USING (topic_group_id)
ORDER BY ALL
