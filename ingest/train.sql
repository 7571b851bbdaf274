-- Steps of learning topics and of guessing them, run by ingest/train.py and ingest/guess.py.

-- step: labelled
-- Appeals whose topic a person or the source gave. Beyond $most: corrected ones first, then the newest 20 of each topic, then
-- an even draw of the rest.
SELECT keys, label, is_corrected
FROM (
    SELECT a.appeal_id, x.keys, g.name || chr(9) || t.name AS label, k.appeal_id IS NOT NULL AS is_corrected,
        row_number() OVER (PARTITION BY a.topic_id ORDER BY a.created_at DESC, a.appeal_id) AS newer
    FROM appeals a
    JOIN texts x USING (appeal_id)
    JOIN topics t ON t.topic_id = a.topic_id
    JOIN topic_groups g ON g.topic_group_id = t.topic_group_id
    LEFT JOIN (SELECT DISTINCT appeal_id FROM topic_corrections) k ON k.appeal_id = a.appeal_id
    WHERE a.topic_confidence = 1 AND x.keys <> ''
    ORDER BY is_corrected DESC, newer <= 20 DESC, hash(a.appeal_id), a.appeal_id
    LIMIT $most
)
ORDER BY appeal_id;

-- step: topics
SELECT t.topic_id, g.name || chr(9) || t.name AS label FROM topics t JOIN topic_groups g USING (topic_group_id) ORDER BY t.topic_id;
