-- question: which notes and planned measures are known of each territory?
-- params: $first, $last
-- columns: territory_id, day, text
SELECT m.territory_id, m.day, m.text FROM notes m WHERE {noted} AND m.day BETWEEN $first AND $last
UNION ALL
SELECT s.territory_id, d.written_at::DATE AS day, d.text
FROM decisions d
JOIN spikes s USING (spike_id)
WHERE {watched} AND d.kind = 'measure_planned' AND d.text <> '' AND d.written_at::DATE BETWEEN $first AND $last
ORDER BY day, text
