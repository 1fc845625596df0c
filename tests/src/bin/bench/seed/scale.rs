//! Millions of users, created inside PostgreSQL: other ways are too slow.

use entity::Timestamp;
use sea_orm::prelude::Uuid;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Statement};

use super::{User, password_hash};
use crate::Outcome;

/// Rows per statement.
const CHUNK: u64 = 100_000;

/// Creates users with the numbers `from` to `to`, each with a session. Ids are version 7 UUIDs. They grow with the number,
/// as those of the server grow with time; the rest is random.
pub(crate) async fn users(database_url: &str, from: u64, to: u64) -> Outcome<()> {
    // A separate connection without a limit on the time of a statement.
    let mut options = ConnectOptions::new(database_url);
    options.max_connections(1).sqlx_logging(false);
    let db = Database::connect(options).await?;
    let hash = password_hash()?;
    for first in (from..to).step_by(usize::try_from(CHUNK)?) {
        let last = to.min(first + CHUNK) - 1;
        let statement = format!(
            "WITH numbers AS (
                SELECT number, (extract(epoch FROM now()) * 1000)::bigint AS now FROM generate_series({first}, {last}) number
            ), made AS (
                INSERT INTO users (id, email, email_canonical, password_hash, credential_version, created_at, activated_at)
                SELECT {uuid}, email, email, $1, 0, now, now
                FROM numbers, LATERAL (SELECT 'scale-' || number || '@example.com' AS email) address
                RETURNING id, email, created_at
            )
            INSERT INTO sessions (id, user_id, token_digest, created_at, last_used_at, expires_at, network)
            SELECT {uuid}, made.id, sha256(convert_to('scale-' || number, 'UTF8')), now, now, now + 2592000000, '127.0.0.0/24'
            FROM numbers JOIN made ON made.email = 'scale-' || number || '@example.com'",
            uuid = "(lpad(to_hex(now), 12, '0') || '7' || lpad(to_hex(number % 4096), 3, '0') || '8' \
                    || substr(md5(number::text || random()::text), 1, 15))::uuid",
        );
        db.execute_raw(Statement::from_sql_and_values(
            db.get_database_backend(),
            statement,
            [hash.clone().into()],
        ))
        .await?;
    }
    // Otherwise autovacuum would do this later, in the middle of a slice.
    for table in ["users", "sessions"] {
        db.execute_unprepared(&format!("VACUUM ANALYZE {table}")).await?;
    }
    Ok(db.close().await?)
}

/// Returns some of the users, evenly from the first to the last, in random order.
pub(crate) async fn some(db: &DatabaseConnection, of: u64, count: u64) -> Outcome<Vec<User>> {
    let step = (of / count).max(1);
    let statement = format!(
        "SELECT id, email, created_at FROM users JOIN generate_series(0, {last}, {step}) number \
         ON email_canonical = 'scale-' || number || '@example.com' ORDER BY md5(email)",
        last = of - 1,
    );
    let rows = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), statement))
        .await?;
    let mut users = Vec::with_capacity(rows.len());
    for row in rows {
        let (id, email, since): (Uuid, String, Timestamp) = (
            row.try_get_by_index(0)?,
            row.try_get_by_index(1)?,
            row.try_get_by_index(2)?,
        );
        let token = email.trim_end_matches("@example.com").to_owned();
        users.push(User::new(id, email, token, since));
    }
    Ok(users)
}
