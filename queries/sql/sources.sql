-- question: how fresh is each source, and on which days was it silent?
-- params: none
-- columns: source_id, source, visibility, appeals, last_record, last_loaded, loads, silent_days, last_silent
SELECT
    s.source_id, s.name AS source, s.visibility::VARCHAR AS visibility, n.appeals, n.last_record, b.last_loaded, coalesce(b.loads, 0) AS loads,
    coalesce(d.silent_days, 0) AS silent_days, d.last_silent
FROM sources s
JOIN (SELECT source_id, count(*) AS appeals, max(created_at) AS last_record FROM appeals GROUP BY source_id) n USING (source_id)
LEFT JOIN (SELECT source_id, max(loaded_at) AS last_loaded, count(*) AS loads FROM batches GROUP BY source_id) b USING (source_id)
LEFT JOIN (SELECT source_id, count(*) FILTER (WHERE state = 'silent') AS silent_days, max(day) FILTER (WHERE state = 'silent') AS last_silent FROM source_days GROUP BY source_id) d USING (source_id)
ORDER BY s.source_id
