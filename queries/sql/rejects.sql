-- question: which rows of a load were not taken, and why?
-- params: $batch_id
-- columns: row_number, reason, raw
SELECT row_number, reason, raw FROM rejects WHERE batch_id = $batch_id ORDER BY row_number
