-- question: which files were loaded, newest first?
-- params: $limit
-- columns: batch_id, source, name, loaded_at, read_rows, loaded, updated, duplicates, stale, rejected, first_day, last_day
SELECT b.batch_id, s.name AS source, b.name, b.loaded_at, b.read_rows, b.loaded, b.updated, b.duplicates, b.stale, b.rejected, b.first_day, b.last_day
FROM batches b
LEFT JOIN sources s USING (source_id)
ORDER BY b.batch_id DESC
LIMIT $limit
