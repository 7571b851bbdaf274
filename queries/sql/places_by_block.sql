-- question: how many appeals has each child territory in each block, now and before?
-- params: $first, $last, $before_first, $before_last; {child}: the territory column that is shown
-- columns: territory_id, block_id, appeals, before
SELECT
    {child} AS territory_id, a.block_id,
    {n_now} AS appeals,
    {n_before} AS before
FROM {appeals} a
JOIN territories t USING (territory_id)
WHERE {place} AND (a.day BETWEEN $first AND $last OR a.day BETWEEN $before_first AND $before_last)
GROUP BY ALL
ORDER BY ALL
