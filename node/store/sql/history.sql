-- name: add_history
INSERT INTO history (step, begins_at, posts, posts_elsewhere, readers, feed_reads, requests, sent_bytes, deliveries, received, cpu_ms,
  memory_bytes, database_bytes, media_bytes)
VALUES (:step, :begins_at, :posts, :posts_elsewhere, :readers, :feed_reads, :requests, :sent_bytes, :deliveries, :received, :cpu_ms,
  :memory_bytes, :database_bytes, :media_bytes)
ON CONFLICT DO UPDATE SET posts = posts + excluded.posts, posts_elsewhere = posts_elsewhere + excluded.posts_elsewhere,
  readers = max(readers, excluded.readers), feed_reads = feed_reads + excluded.feed_reads, requests = requests + excluded.requests,
  sent_bytes = sent_bytes + excluded.sent_bytes, deliveries = deliveries + excluded.deliveries, received = received + excluded.received,
  cpu_ms = cpu_ms + excluded.cpu_ms, memory_bytes = max(memory_bytes, excluded.memory_bytes),
  database_bytes = excluded.database_bytes, media_bytes = excluded.media_bytes;

-- name: purge_history
DELETE FROM history WHERE step = :step AND begins_at < :before;

-- name: history_since (hot)
SELECT begins_at, posts, posts_elsewhere, readers, feed_reads, requests, sent_bytes, deliveries, received, cpu_ms, memory_bytes,
  database_bytes, media_bytes
FROM history WHERE step = :step AND begins_at >= :from ORDER BY begins_at;
