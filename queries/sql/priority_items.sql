-- question: how much is written on each topic from each place, by how many people, whom does it touch, how far does it reach?
-- params: $first, $last, $before_first; {where}: the place as SQL over appeals `a` and their territories `t`
-- columns: topic_id, topic, topic_group_id, severity (0–1), place, appeals, authors, before (authors from $before_first to the day before $first), vulnerable, reach
SELECT
    a.topic_id, p.name AS topic, p.topic_group_id, (p.severity - 1) / 4.0 AS severity, {where} AS place,
    count(*) FILTER (WHERE a.day >= $first) AS appeals,
    count(DISTINCT coalesce(a.author_key, a.appeal_id)) FILTER (WHERE a.day >= $first) AS authors,
    count(DISTINCT coalesce(a.author_key, a.appeal_id)) FILTER (WHERE a.day < $first) AS before,
    count(*) FILTER (WHERE a.day >= $first AND {vulnerable}) AS vulnerable,
    sum(a.audience) FILTER (WHERE a.day >= $first) AS reach
FROM appeals a
LEFT JOIN territories t USING (territory_id)
JOIN topics p USING (topic_id)
WHERE {place} AND a.day BETWEEN $before_first AND $last
GROUP BY ALL
ORDER BY ALL
