-- name: put_poll (hot)
INSERT OR REPLACE INTO poll (status_id, options, votes, voters, multiple, hides_totals, expires_at, due_at)
VALUES (:status_id, :options, :votes, :voters, :multiple, :hides_totals, :expires_at, :due_at);
-- name: find_poll (hot)
SELECT status_id, options, votes, voters, multiple, hides_totals, expires_at, due_at FROM poll WHERE status_id = :status_id;
-- name: due_polls (hot)
SELECT status_id, options, votes, voters, multiple, hides_totals, expires_at, due_at FROM poll INDEXED BY poll_due
WHERE due_at <= :now ORDER BY due_at LIMIT :limit;
-- name: delete_poll (hot)
DELETE FROM poll WHERE status_id = :status_id;
-- name: delete_poll_votes (hot)
DELETE FROM poll_vote WHERE status_id = :status_id;

-- name: insert_poll_vote (hot)
INSERT OR IGNORE INTO poll_vote (status_id, account_id, choice) VALUES (:status_id, :account_id, :choice);
-- name: poll_votes_of (hot)
SELECT choice FROM poll_vote WHERE status_id = :status_id AND account_id = :account_id ORDER BY choice;
-- name: local_voters (hot)
SELECT DISTINCT account_id FROM poll_vote WHERE status_id = :status_id
  AND (SELECT domain FROM account WHERE account.id = account_id) = '';
