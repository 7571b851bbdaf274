-- question: which rows of a load were not taken, and why? What a row of a closed source held is not told.
-- params: $batch_id
-- columns: row_number, reason, raw
SELECT r.row_number, r.reason, CASE WHEN s.visibility = 'public' THEN r.raw END AS raw
FROM rejects r
LEFT JOIN batches b USING (batch_id)
LEFT JOIN sources s USING (source_id)
WHERE r.batch_id = $batch_id
ORDER BY r.row_number
