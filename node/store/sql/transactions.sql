-- name: begin
BEGIN;
-- name: begin_immediate
BEGIN IMMEDIATE;
-- name: commit
COMMIT;
-- name: rollback
ROLLBACK;
-- name: data_version
PRAGMA data_version;
