-- question: what is the name of a source?
-- params: $source_id
-- columns: name
SELECT name FROM sources WHERE source_id = $source_id
