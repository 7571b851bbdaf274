-- question: which ways did the appeals of the scope go, from channel over subject and executor to where they stand?
-- params: $first, $last; {about}: the column of the subject
-- columns: channel_id, channel, is_official, about, executor_id, executor, ending, appeals
SELECT
    a.channel_id, c.name AS channel, c.is_official, {about} AS about, a.executor_id, e.name AS executor,
    CASE
        WHEN {new} THEN 'new' WHEN {in_work} THEN 'in_work' WHEN {replied} THEN 'replied'
        WHEN {solved} THEN 'solved' WHEN {closed_otherwise} THEN 'closed_otherwise' WHEN {declined} THEN 'declined'
    END AS ending,
    count(*) AS appeals
FROM appeals a
LEFT JOIN channels c USING (channel_id)
LEFT JOIN executors e USING (executor_id)
WHERE {scope}
GROUP BY ALL
ORDER BY appeals DESC, a.channel_id, about, a.executor_id, ending
