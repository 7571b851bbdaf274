-- question: since when had appeals been unusually many here when a measure began?
-- params: $since (the day from which a spike still counts), $begins (the first day of the measure)
-- columns: onset (null: there was no spike)
SELECT min(s.onset) AS onset
FROM spikes s
WHERE {watched} AND s.onset < $begins AND s.last_day >= $since AND NOT coalesce(s.is_flood, FALSE)
