#!/bin/sh
# Writes .sqlx anew: what sqlx needs to check the queries of lync-store without a database.
# To be run after a change to a query or a migration. Needs the sqlite3 command.
set -eu
cd "$(dirname "$0")/../.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for migration in migrations/*.sql; do
    sqlite3 -bail "$work/dev.db" < "$migration"
done

# Into a new folder first: a query that does not compile must not cost the data of the others.
mkdir "$work/sqlx"
touch crates/store/src/lib.rs # The macros run only where cargo sees a change.
SQLX_OFFLINE=false SQLX_OFFLINE_DIR="$work/sqlx" DATABASE_URL="sqlite://$work/dev.db" \
    cargo check --package lync-store --all-targets
mkdir -p .sqlx
rm -f .sqlx/query-*.json
cp "$work"/sqlx/query-*.json .sqlx/
