-- question: what do the sums of a rollup say of a moment after the one they tell?
-- params: $as_of; {table}: the rollup, {cell}: what tells its rows apart beside days, over `unsettled`, {changes}: sums of what the clock has told since
-- columns: day, territory_id, the rollup's own and one count per measure
FROM (
    FROM {table}
    UNION ALL BY NAME
    SELECT a.day, {cell}, {changes}
    FROM unsettled a
    WHERE a.until <= $as_of
    GROUP BY ALL
) a
WHERE {place}
