-- question: what do the appeals of each source lack?
-- params: $first, $last
-- columns: source_id, source, appeals, closed, without_place, without_street, without_point, without_topic, unassigned, waiting, closed_undated, closed_unrated, without_author
SELECT
    a.source_id, s.name AS source, count(*) AS appeals,
    count(*) FILTER (WHERE {closed}) AS closed,
    count(*) FILTER (WHERE a.territory_id = 0) AS without_place,
    count(*) FILTER (WHERE {without_street}) AS without_street,
    count(*) FILTER (WHERE {without_point}) AS without_point,
    count(*) FILTER (WHERE {without_topic}) AS without_topic,
    count(*) FILTER (WHERE {unassigned}) AS unassigned,
    count(*) FILTER (WHERE {waiting}) AS waiting,
    count(*) FILTER (WHERE {closed_undated}) AS closed_undated,
    count(*) FILTER (WHERE {closed_unrated}) AS closed_unrated,
    count(*) FILTER (WHERE {without_author}) AS without_author
FROM appeals a
JOIN sources s USING (source_id)
WHERE {scope}
GROUP BY ALL
ORDER BY a.source_id
