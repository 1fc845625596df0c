//! Deletes what has expired.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use entity::{rate_limit, session, verification};
use futures_util::FutureExt;
use sea_orm::sea_query::{LockBehavior, LockType, Query};
use sea_orm::{ColumnTrait, Condition, DatabaseConnection, DbErr, EntityTrait, QueryFilter};

use crate::app::App;

/// How often the sweep runs.
const PERIOD: Duration = Duration::from_mins(10);
/// How many rows one statement deletes, so that each is short.
const BATCH: u64 = 1_000;

/// Sweeps now and every ten minutes.
pub async fn keep_sweeping(app: App) {
    loop {
        match AssertUnwindSafe(sweep(&app)).catch_unwind().await {
            Ok(Ok(0)) => {}
            Ok(Ok(rows)) => tracing::info!(rows, "deleted expired rows"),
            Ok(Err(error)) => tracing::warn!(%error, "the sweep failed, will retry"),
            Err(_) => tracing::error!("the sweep panicked, will retry"),
        }
        app.clock.sleep_until(app.clock.now() + PERIOD).await;
    }
}

/// Deletes verifications past their lifetime, ended sessions and unused limits. Returns the number of rows.
///
/// # Errors
/// When the database fails. A failure for one table does not stop the others.
pub async fn sweep(app: &App) -> Result<u64, DbErr> {
    let now = app.clock.now();
    app.client_limit.sweep();
    let closed = Condition::all().add(verification::Column::ExpiresAt.lte(now));
    let ended = Condition::any()
        .add(session::Column::ExpiresAt.lte(now))
        .add(session::Column::LastUsedAt.lte(app.policy.idle_since(now)));
    let unused = Condition::all().add(rate_limit::Column::ExpiresAt.lte(now));
    let verifications = delete::<verification::Entity>(&app.db, verification::Column::Id, closed).await;
    let sessions = delete::<session::Entity>(&app.db, session::Column::Id, ended).await;
    let limits = delete::<rate_limit::Entity>(&app.db, rate_limit::Column::Key, unused).await;
    Ok(verifications? + sessions? + limits?)
}

/// Deletes in batches. Skips locked rows, so that it never waits while it holds others.
async fn delete<E: EntityTrait>(db: &DatabaseConnection, key: E::Column, expired: Condition) -> Result<u64, DbErr> {
    let batch = Query::select()
        .column(key)
        .from(E::default())
        .cond_where(expired)
        .limit(BATCH)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .to_owned();
    let mut total = 0;
    loop {
        let deleted = E::delete_many()
            .filter(key.in_subquery(batch.clone()))
            .exec(db)
            .await?
            .rows_affected;
        total += deleted;
        if deleted < BATCH {
            return Ok(total);
        }
    }
}
