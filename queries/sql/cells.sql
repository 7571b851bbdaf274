-- question: what do the sums of a rollup say of a moment, told by what its `live` appeals change?
-- params: $as_of; {table}: the rollup, {cell}: what tells its rows apart beside days, over `live`, {changes}: sums of changes
-- columns: day, territory_id, the rollup's own and one count per measure
FROM (
    FROM {table}
    UNION ALL BY NAME
    SELECT a.day, {cell}, {changes}
    FROM live a
    WHERE a.due_at >= $as_of OR a.created_at > $as_of - INTERVAL 4 HOUR
    GROUP BY ALL
) a
WHERE {place}
