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


-- step: count_untopiced
SELECT count(*) FROM appeals a JOIN texts x USING (appeal_id) WHERE a.topic_id IS NULL AND x.keys <> '';

-- step: untopiced
SELECT a.appeal_id, x.keys FROM appeals a JOIN texts x USING (appeal_id) WHERE a.topic_id IS NULL AND x.keys <> '';

-- step: guessed
-- Sure guesses that agree with the group and the block of the source.
CREATE OR REPLACE TEMP TABLE guessed AS
SELECT a.appeal_id, a.day, t.topic_id, t.topic_group_id, t.block_id, g.confidence
FROM guesses g JOIN appeals a USING (appeal_id) JOIN topics t ON t.topic_id = g.topic_id
WHERE g.is_sure AND a.topic_id IS NULL
    AND coalesce(a.topic_group_id, t.topic_group_id) = t.topic_group_id AND coalesce(nullif(a.block_id, 99), t.block_id) = t.block_id;

-- step: touched
CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT day FROM guessed;

-- step: give
UPDATE appeals SET topic_id = g.topic_id, topic_group_id = g.topic_group_id, block_id = g.block_id, topic_confidence = g.confidence
FROM guessed g WHERE g.appeal_id = appeals.appeal_id;

-- step: give_comments
UPDATE comments SET topic_id = g.topic_id FROM guessed g WHERE g.appeal_id = comments.appeal_id;

-- step: forget_hints
DELETE FROM topic_hints WHERE appeal_id IN (SELECT appeal_id FROM guesses);

-- step: hints
INSERT INTO topic_hints
SELECT g.appeal_id, g.topic_id, g.rank, g.confidence, g.how
FROM guesses g JOIN appeals a USING (appeal_id)
WHERE a.topic_id IS NULL
ORDER BY g.appeal_id, g.rank;

-- step: count_guessed
SELECT count(*) FROM guessed;

-- step: last_again
SELECT coalesce(max(value::INTEGER), 0) FROM meta WHERE key = 'guessed_again';

-- step: remember_again
DELETE FROM meta WHERE key = 'guessed_again';
INSERT INTO meta VALUES ('guessed_again', $number);
