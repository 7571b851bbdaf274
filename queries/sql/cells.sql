-- question: what do the sums of a rollup say of a moment, told by what its `live` appeals change?
-- params: $as_of; {table}: the rollup, {cell}: the column of `live` that is its territory_id
-- columns: day, territory_id, the rollup's own and one count per measure
FROM (
    FROM {table}
    UNION ALL BY NAME
    SELECT
        a.day, {cell} AS territory_id, a.channel_id, a.block_id, a.topic_group_id, a.topic_id, {changes}
    FROM live a
    WHERE a.due_at >= $as_of OR a.created_at > $as_of - INTERVAL 4 HOUR
) a
WHERE {place}
