//! Deletes what has expired.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use entity::{Purpose, Timestamp, rate_limit, session, verification};
use futures_util::FutureExt;
use sea_orm::sea_query::{Expr, LockBehavior, LockType, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, DatabaseConnection, DbErr, EntityTrait, QueryFilter};

use crate::app::App;
use crate::clock::{ClockVerdict, MAX_SKEW};
use crate::limits;
use crate::verification::lifetime;

/// How often the sweep runs.
const PERIOD: Duration = Duration::from_mins(10);
/// How many rows one statement changes, so that each is short.
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
        app.clock.sleep_until(app.clock.monotonic() + PERIOD).await;
    }
}

/// Deletes verifications past their lifetime, ended sessions and unused limits, unless the clock has jumped. Returns the
/// number of rows.
///
/// # Errors
/// When the database fails. A failure for one table does not stop the others.
pub async fn sweep(app: &App) -> Result<u64, DbErr> {
    app.client_limit.sweep();
    if !can_trust_clock(app).await? {
        return Ok(0);
    }
    let now = app.clock.now();
    let corrected = correct_future(app, now).await;
    let closed = Condition::all().add(verification::Column::ExpiresAt.lte(now));
    let ended = Condition::any()
        .add(session::Column::ExpiresAt.lte(now))
        .add(session::Column::LastUsedAt.lte(app.policy.idle_since(now)));
    let unused = Condition::any()
        .add(rate_limit::Column::ExpiresAt.lte(now))
        // Written while the clock was ahead, so its units count as free since long ago.
        .add(rate_limit::Column::ExpiresAt.gt(now + limits::LONGEST_REACH + MAX_SKEW));
    let verifications = delete::<verification::Entity>(&app.db, verification::Column::Id, closed).await;
    let sessions = delete::<session::Entity>(&app.db, session::Column::Id, ended).await;
    let limits = delete::<rate_limit::Entity>(&app.db, rate_limit::Column::Key, unused).await;
    corrected?;
    Ok(verifications? + sessions? + limits?)
}

/// Whether the clock has moved as far as time has passed. If not, rows may look expired that are not.
async fn can_trust_clock(app: &App) -> Result<bool, DbErr> {
    let verdict = app
        .clock_check
        .check(&app.db, app.clock.now(), app.clock.monotonic())
        .await?;
    match verdict {
        ClockVerdict::Agrees => Ok(true),
        ClockVerdict::Accepted => {
            tracing::warn!("the clock has kept its new time, so expired rows are deleted again");
            Ok(true)
        }
        ClockVerdict::Jumped { by_millis, wait } => {
            tracing::error!(
                jumped_seconds = by_millis / 1_000,
                resumes_after_seconds = wait.as_secs(),
                "the clock is more than an hour away from the time of the last sweep, so no expired rows are deleted; \
                 set the clock right, or wait if it is right and the server was stopped for that long"
            );
            Ok(false)
        }
    }
}

/// Corrects instants that were written while the clock was ahead: sessions and verifications get the lifetime that they
/// would have if they began now.
async fn correct_future(app: &App, now: Timestamp) -> Result<(), DbErr> {
    let latest = now + MAX_SKEW;
    let (end, registration_end) = (now + app.policy.session_ttl, now + lifetime(Purpose::Registration));
    let too_long = Condition::all()
        .add(session::Column::ExpiresAt.gt(end + MAX_SKEW))
        // A session that was opened with a longer `SESSION_TTL` keeps it.
        .add(session::Column::CreatedAt.gt(latest));
    let used_later = Condition::all().add(session::Column::LastUsedAt.gt(latest));
    let open_too_long = Condition::all().add(verification::Column::ExpiresAt.gt(registration_end + MAX_SKEW));
    let (id, expires_at, last_used_at) = (
        session::Column::Id,
        session::Column::ExpiresAt,
        session::Column::LastUsedAt,
    );
    correct::<session::Entity>(&app.db, id, too_long, (expires_at, end)).await?;
    correct::<session::Entity>(&app.db, id, used_later, (last_used_at, now)).await?;
    let (id, expires_at) = (verification::Column::Id, verification::Column::ExpiresAt);
    correct::<verification::Entity>(&app.db, id, open_too_long, (expires_at, registration_end)).await
}

/// Sets a column in batches.
async fn correct<E: EntityTrait>(
    db: &DatabaseConnection,
    key: E::Column,
    wrong: Condition,
    (column, value): (E::Column, Timestamp),
) -> Result<(), DbErr> {
    let batch = batch::<E>(key, wrong);
    loop {
        let update = E::update_many().col_expr(column, Expr::value(value));
        let updated = update.filter(key.in_subquery(batch.clone())).exec(db).await?;
        if updated.rows_affected < BATCH {
            return Ok(());
        }
    }
}

/// Deletes in batches.
async fn delete<E: EntityTrait>(db: &DatabaseConnection, key: E::Column, expired: Condition) -> Result<u64, DbErr> {
    let batch = batch::<E>(key, expired);
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

/// The keys of some rows. Skips locked rows, so that the sweep never waits while it holds others.
fn batch<E: EntityTrait>(key: E::Column, condition: Condition) -> SelectStatement {
    Query::select()
        .column(key)
        .from(E::default())
        .cond_where(condition)
        .limit(BATCH)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .to_owned()
}
