-- question: when did each source send its last record, when was it last loaded, and what became of the rows that were read?
-- params: none
-- columns: source_id, source, visibility, last_record, last_loaded, read_rows, duplicates, rejected
SELECT
    s.source_id, s.name AS source, s.visibility::VARCHAR AS visibility, n.last_record, b.last_loaded,
    coalesce(b.read_rows, 0)::BIGINT AS read_rows, coalesce(b.duplicates, 0)::BIGINT AS duplicates, coalesce(b.rejected, 0)::BIGINT AS rejected
FROM sources s
LEFT JOIN (SELECT a.source_id, max(a.created_at) AS last_record FROM appeals a WHERE {place} GROUP BY a.source_id) n USING (source_id)
LEFT JOIN (
    SELECT source_id, max(loaded_at) AS last_loaded, sum(read_rows) AS read_rows, sum(duplicates) AS duplicates, sum(rejected) AS rejected
    FROM batches GROUP BY source_id
) b USING (source_id)
WHERE n.source_id IS NOT NULL OR b.source_id IS NOT NULL
ORDER BY s.source_id
