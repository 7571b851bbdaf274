-- question: what is the last fact sheet of each item of a register, its removed ones left out?
-- params: $register
-- columns: item_id, facts (JSON)
SELECT item_id, facts FROM register_items WHERE register = $register
