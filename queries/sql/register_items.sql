-- question: what stands in a register now, as far as its reader may see?
-- params: $register
-- columns: item_id, written_at, author, territory_id, facts (JSON)
SELECT s.item_id, s.written_at, s.author, s.territory_id, s.facts
FROM register_items s
WHERE s.register = $register AND {watched}
ORDER BY s.written_at, s.item_id
