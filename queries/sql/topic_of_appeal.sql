-- question: which topic has the appeal now (no row where the appeal or the topic to be given is not known)?
-- params: $appeal_id, $topic_id
-- columns: topic_id
SELECT a.topic_id
FROM appeals a
SEMI JOIN topics t ON t.topic_id = $topic_id
WHERE {place} AND a.appeal_id = $appeal_id
