-- question: which earlier spikes were alike (the same topic group, here first), what was done and what came of it?
-- params: $spike_id, $episode_id, $topic_group_id, $topic_id, $territory_id, $onset, $limit
-- columns: spike_id, frequency, territory, topic, onset, last_day, observed, ratio, cause, decision, said (last words of a decision or note), peak (most in one day or week), usual (expected after the end), after (mean of the stored days or weeks after the end), points_after
SELECT
    s.spike_id, s.frequency, t.name AS territory, coalesce(p.name, g.name) AS topic, s.onset, s.last_day, s.observed, s.ratio,
    (SELECT arg_max(c.text, c.written_at) FROM causes c WHERE c.spike_id = s.spike_id) AS cause,
    s.decision,
    (SELECT arg_max(w.text, w.written_at) FROM (
        SELECT text, written_at, spike_id FROM decisions WHERE text <> '' UNION ALL SELECT text, written_at, spike_id FROM notes
    ) w WHERE w.spike_id = s.spike_id) AS said,
    d.peak, d.usual, d.after, d.points_after
FROM spikes_decided s
JOIN territories t USING (territory_id)
LEFT JOIN topics p USING (topic_id)
LEFT JOIN topic_groups g ON g.topic_group_id = s.topic_group_id
LEFT JOIN (
    SELECT
        x.spike_id, max(x.observed) FILTER (x.day BETWEEN o.onset AND o.last_day) AS peak,
        avg(x.expected) FILTER (x.day > o.last_day) AS usual, avg(x.observed) FILTER (x.day > o.last_day) AS after,
        count(*) FILTER (x.day > o.last_day) AS points_after
    FROM spike_days x JOIN spikes o USING (spike_id)
    GROUP BY x.spike_id
) d USING (spike_id)
WHERE {watched} AND s.topic_group_id = $topic_group_id AND s.spike_id <> $spike_id AND s.onset < $onset AND s.observed IS NOT NULL
    AND ($episode_id IS NULL OR s.episode_id <> $episode_id)
QUALIFY row_number() OVER (PARTITION BY s.episode_id ORDER BY (s.territory_id = $territory_id)::INTEGER DESC, (s.spike_id = s.episode_id)::INTEGER DESC) = 1
ORDER BY (s.territory_id = $territory_id)::INTEGER DESC, (s.topic_id IS NOT DISTINCT FROM $topic_id)::INTEGER DESC, s.onset DESC
LIMIT $limit
