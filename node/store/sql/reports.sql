-- name: insert_report
INSERT INTO report (id, account_id, target_id, category, comment, status_ids, uri, forwarded)
VALUES (:id, :account_id, :target_id, :category, :comment, :status_ids, :uri, :forwarded);

-- name: find_report
SELECT id, account_id, target_id, category, comment, status_ids, uri, forwarded, resolved_at FROM report WHERE id = :id;

-- name: reports_page
SELECT id, account_id, target_id, category, comment, status_ids, uri, forwarded, resolved_at FROM report
WHERE id < :before AND id > :after AND (resolved_at IS NOT NULL) = :is_resolved ORDER BY id DESC LIMIT :limit;

-- name: reports_page_up
SELECT id, account_id, target_id, category, comment, status_ids, uri, forwarded, resolved_at FROM report
WHERE id < :before AND id > :after AND (resolved_at IS NOT NULL) = :is_resolved ORDER BY id LIMIT :limit;

-- name: set_report_resolved
UPDATE report SET resolved_at = :resolved_at WHERE id = :id;
