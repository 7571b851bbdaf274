-- Run once by ingest/rebuild.py, after batches and journal have been replayed and spikes scored.

-- Spikes that only the journal knows: their load never committed, or they were not found again. What nobody wrote about
-- goes; the others stay as ended, with what arrived on their days.
DELETE FROM spikes
WHERE observed IS NULL AND spike_id NOT IN (
    SELECT spike_id FROM causes UNION ALL SELECT spike_id FROM decisions UNION ALL SELECT spike_id FROM notes WHERE spike_id IS NOT NULL
);
UPDATE spikes SET
    state = 'ended', episode_id = spike_id, frequency = 'D', method = 'start', sensitivity = coalesce(sensitivity, 'usual'), peak = onset, severity = 0, observed = (
        SELECT count(*) FROM appeals a JOIN territories t USING (territory_id)
        WHERE CASE WHEN spikes.topic_id IS NULL THEN a.topic_group_id = spikes.topic_group_id ELSE a.topic_id = spikes.topic_id END
            AND a.day BETWEEN spikes.onset AND spikes.last_day AND spikes.territory_id IN (a.territory_id, t.region_id)
    )
WHERE observed IS NULL;
