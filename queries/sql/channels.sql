-- question: which channels are there?
-- params: none
-- columns: channel_id, code, name, is_official
FROM channels ORDER BY channel_id
