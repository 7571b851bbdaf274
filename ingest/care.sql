-- Steps of ingest/care.py.

-- step: archived
-- What a batch (its rows in `stage`, their keys in `keyed`) should have put into the store.
CREATE OR REPLACE TEMP TABLE expected AS
SELECT k.appeal_id, s.created_at, s.closed_at, s.text
FROM (SELECT appeal_id, max(row_number) AS row_number FROM keyed GROUP BY appeal_id) k
JOIN stage s USING (row_number);

-- step: batch_sums
-- Of the appeals that stand as this batch left them: how many, how many of those are in its archive, and their sums here and there.
SELECT
    count(*), count(e.appeal_id), coalesce(sum(epoch(a.created_at)::BIGINT), 0), coalesce(sum(epoch(e.created_at)::BIGINT), 0),
    coalesce(sum(epoch(a.closed_at)::BIGINT), 0), coalesce(sum(epoch(e.closed_at)::BIGINT), 0),
    coalesce(sum(length(x.text)), 0), coalesce(sum(length(e.text)), 0)
FROM appeals a
LEFT JOIN expected e USING (appeal_id)
LEFT JOIN texts x USING (appeal_id)
WHERE a.batch_id = $batch_id;

-- step: batch_counts
SELECT read_rows, loaded + updated + duplicates + stale + rejected, (SELECT count(*) FROM rejects WHERE batch_id = $batch_id)
FROM batches WHERE batch_id = $batch_id;

-- step: appeal_counts
SELECT count(*), count(DISTINCT appeal_id) FROM appeals;

-- step: text_counts
SELECT count(*), count(DISTINCT appeal_id), count(*) FILTER (WHERE appeal_id NOT IN (SELECT appeal_id FROM appeals)) FROM texts;

-- step: loaded_counts
-- Batches of the archive only: a demo has a history of loads beside them.
SELECT coalesce(sum(loaded), 0)::BIGINT FROM batches WHERE content_hash IS NOT NULL AND batch_id IN (SELECT unnest($batches::INTEGER[]));
