//! Deletes what has expired.

mod batches;
mod lease;

use std::time::Duration;

use entity::{Purpose, Timestamp, account_event, email_outbox, rate_limit, refusal_count, session, verification};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, Iterable, QueryFilter};

use self::batches::{correct, delete};
use self::lease::Lease;
use crate::app::App;
use crate::clock::latest_written;
use crate::clock_check::ClockVerdict;
use crate::limits;
use crate::verification::lifetime;
use crate::webhooks;

/// How often the sweep runs.
const PERIOD: Duration = Duration::from_mins(10);

/// Sweeps every ten minutes until the server stops. After a panic, it waits before the first sweep.
pub async fn keep_sweeping(app: App, has_panicked: bool) {
    let stop = app.supervisor.stopping();
    let mut is_due = !has_panicked;
    while !stop.is_cancelled() {
        if is_due {
            match sweep(&app).await {
                Ok(0) => {}
                Ok(rows) => tracing::info!(rows, "deleted expired rows"),
                Err(error) => tracing::warn!(%error, "the sweep failed, will retry"),
            }
        }
        stop.run_until_cancelled(app.clock.sleep_until(app.clock.monotonic() + PERIOD))
            .await;
        is_due = true;
    }
}

/// Deletes verifications past their lifetime, ended sessions, unused limits, old webhooks and old events, unless the
/// clock has jumped or another server is sweeping. Returns the number of rows.
///
/// # Errors
/// When the database fails. A failure for one table does not stop the others.
pub async fn sweep(app: &App) -> Result<u64, DbErr> {
    app.client_limit.sweep();
    // One instant for the check and what relies on it.
    let now = app.clock.now();
    if !can_trust_clock(app, now).await? {
        return Ok(0);
    }
    let Some(lease) = Lease::take(app).await? else {
        tracing::debug!("another server is sweeping");
        return Ok(0);
    };
    let swept = sweep_tables(&lease, now).await;
    if let Err(error) = lease.release().await {
        tracing::warn!(%error, "cannot give the lease of the sweep back; it ends after two minutes");
    }
    swept
}

async fn sweep_tables(lease: &Lease<'_>, now: Timestamp) -> Result<u64, DbErr> {
    let app = lease.app;
    let corrected = correct_future(lease).await;
    // To delete a verification is to delete its emails. The mail worker locks these rows in another order, and the two
    // could deadlock.
    let has_emails = Query::select()
        .expr(Expr::val(1))
        .from(email_outbox::Entity)
        .and_where(
            Expr::col((email_outbox::Entity, email_outbox::Column::VerificationId))
                .equals((verification::Entity, verification::Column::Id)),
        )
        .to_owned();
    let (id, expires) = (verification::Column::Id, verification::Column::ExpiresAt);
    let without_emails = || expires.lte(now).and(Expr::exists(has_emails.clone()).not());
    let verifications = delete::<verification::Entity>(lease, id, expires, without_emails).await;
    let (id, expires, used) = (
        session::Column::Id,
        session::Column::ExpiresAt,
        session::Column::LastUsedAt,
    );
    let ended = delete::<session::Entity>(lease, id, expires, || expires.lte(now)).await;
    let idle = delete::<session::Entity>(lease, id, used, || used.lte(app.policy.idle_since(now))).await;
    let (key, expires) = (rate_limit::Column::Key, rate_limit::Column::ExpiresAt);
    let unused = delete::<rate_limit::Entity>(lease, key, expires, || expires.lte(now)).await;
    // Written while the clock was ahead, so its units count as free since long ago. The current time, because a sweep
    // may take long, and a limit of this moment reaches further than one of its beginning.
    let ahead = || expires.gt(latest_written(Ord::max(now, app.clock.now()) + limits::LONGEST_REACH));
    let ahead = delete::<rate_limit::Entity>(lease, key, expires, ahead).await;
    let webhooks = webhooks::sweep(&app.db, now, || lease.renew()).await;
    let audit = sweep_audit(lease, now).await;
    corrected?;
    Ok(verifications? + ended? + idle? + unused? + ahead? + webhooks? + audit?)
}

/// Deletes events and counts that are older than `AUDIT_RETENTION`.
async fn sweep_audit(lease: &Lease<'_>, now: Timestamp) -> Result<u64, DbErr> {
    let app = lease.app;
    let kept_since = now - app.policy.audit_retention;
    let (id, at) = (account_event::Column::Id, account_event::Column::CreatedAt);
    let events = delete::<account_event::Entity>(lease, id, at, || at.lte(kept_since)).await?;
    // A few rows an hour.
    let counts = refusal_count::Entity::delete_many()
        .filter(refusal_count::Column::Hour.lte(kept_since))
        .exec(&app.db)
        .await?;
    Ok(events + counts.rows_affected)
}

/// Whether the clock has moved as far as time has passed. If not, rows may look expired that are not.
async fn can_trust_clock(app: &App, now: Timestamp) -> Result<bool, DbErr> {
    let verdict = app.clock_check.check(&app.db, now, app.clock.monotonic()).await?;
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
async fn correct_future(lease: &Lease<'_>) -> Result<(), DbErr> {
    let app = lease.app;
    let session_end = |now| now + app.policy.session_ttl;
    let (id, expires, used) = (
        session::Column::Id,
        session::Column::ExpiresAt,
        session::Column::LastUsedAt,
    );
    // A session that was opened with a longer `SESSION_TTL` keeps it.
    let too_long = |now| {
        let is_new = session::Column::CreatedAt.gt(latest_written(now));
        expires.gt(latest_written(session_end(now))).and(is_new)
    };
    correct::<session::Entity>(lease, id, expires, session_end, too_long).await?;
    let is_ahead = |now| used.gt(latest_written(now));
    correct::<session::Entity>(lease, id, used, |now| now, is_ahead).await?;
    let (id, expires) = (verification::Column::Id, verification::Column::ExpiresAt);
    for purpose in Purpose::iter() {
        let end = |now| now + lifetime(purpose);
        let too_long = |now| {
            let is_of_purpose = verification::Column::Purpose.eq(purpose);
            expires.gt(latest_written(end(now))).and(is_of_purpose)
        };
        correct::<verification::Entity>(lease, id, expires, end, too_long).await?;
    }
    Ok(())
}
