//! Deletes old deliveries. A user who is deleted takes several rows along in one statement, so each statement here
//! skips the rows that are locked and never waits while it holds others.

use std::time::Duration;

use entity::Timestamp;
use sea_orm::{ConnectionTrait, DbErr};

use crate::clock::MAX_SKEW;
use crate::sql::{row_lock, statement};

/// How long a delivery is kept since it was enqueued, delivered or not. Longer than it is retried, so that it can be
/// replayed.
const KEEP_FOR: Duration = Duration::from_hours(14 * 24);

/// How many rows one statement changes, so that each is short.
const BATCH: u64 = 500;

/// Deletes deliveries that were enqueued long ago, and corrects those that were enqueued while the clock was ahead.
/// Returns the number of deleted rows. Asks before each batch whether it may go on.
///
/// # Errors
/// When the database fails.
pub(crate) async fn sweep<F: Future<Output = Result<bool, DbErr>>>(
    db: &impl ConnectionTrait,
    now: Timestamp,
    may_go_on: impl Fn() -> F,
) -> Result<u64, DbErr> {
    let correct = "UPDATE webhook_deliveries SET enqueued_at = $2";
    change(db, "enqueued_at > $1", now + MAX_SKEW, (correct, Some(now)), &may_go_on).await?;
    let old = now - KEEP_FOR;
    change(
        db,
        "enqueued_at <= $1",
        old,
        ("DELETE FROM webhook_deliveries", None),
        &may_go_on,
    )
    .await
}

/// Runs a statement over batches of the rows that fulfil a condition. Returns the number of rows.
async fn change<F: Future<Output = Result<bool, DbErr>>>(
    db: &impl ConnectionTrait,
    condition: &str,
    limit: Timestamp,
    (sql, value): (&str, Option<Timestamp>),
    may_go_on: &impl Fn() -> F,
) -> Result<u64, DbErr> {
    let lock = row_lock(db, "FOR UPDATE SKIP LOCKED");
    let sql = format!(
        "WITH batch AS (SELECT id, endpoint FROM webhook_deliveries WHERE {condition} \
            ORDER BY enqueued_at LIMIT {BATCH} {lock}) \
        {sql} WHERE (id, endpoint) IN (SELECT id, endpoint FROM batch)"
    );
    let values: Vec<_> = [Some(limit), value].into_iter().flatten().map(Into::into).collect();
    let mut total = 0;
    while may_go_on().await? {
        let changed = db
            .execute_raw(statement(db, &sql, values.clone()))
            .await?
            .rows_affected();
        total += changed;
        if changed < BATCH {
            break;
        }
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use entity::webhook_delivery::{Entity, Model};
    use sea_orm::prelude::Uuid;
    use sea_orm::{EntityTrait, IntoActiveModel};

    use super::*;
    use crate::database;

    #[tokio::test]
    async fn sweep_asks_before_it_deletes() {
        let db = database::connect("sqlite::memory:").await.expect("a database");
        database::migrate(&db).await.expect("an empty database");
        let long_ago = Timestamp::from_millis(0);
        let old = Model {
            id: Uuid::nil(),
            endpoint: "endpoint".to_owned(),
            event: "user.activated".to_owned(),
            user_id: Uuid::nil(),
            email: None,
            created_at: long_ago,
            enqueued_at: long_ago,
            due_at: None,
            attempts: 0,
            lease: None,
            delivered_at: None,
            outcome: None,
            traceparent: None,
        };
        let inserted = Entity::insert(old.into_active_model())
            .exec_without_returning(&db)
            .await;
        inserted.expect("the row is new");
        let now = long_ago + 2 * KEEP_FOR;
        assert_eq!(sweep(&db, now, async || Ok(false)).await, Ok(0));
        assert_eq!(sweep(&db, now, async || Ok(true)).await, Ok(1));
    }
}
