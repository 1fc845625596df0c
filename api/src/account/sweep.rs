//! Deleting what has had its time.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use entity::{rate_limit, session, user};
use futures_util::FutureExt;
use sea_orm::sea_query::{LockBehavior, LockType, Query};
use sea_orm::{ColumnTrait, Condition, DatabaseConnection, DbErr, EntityTrait, QueryFilter};

use super::{Accounts, Status};

/// How long a pending user is kept.
const PENDING: Duration = Duration::from_hours(24);
/// How often the sweep runs.
const PERIOD: Duration = Duration::from_mins(10);
/// How many rows one statement deletes, so that it is a short one whatever has piled up.
const BATCH: u64 = 1_000;

impl Accounts {
    /// Sweeps now and every ten minutes, until it is dropped.
    pub async fn keep_sweeping(self) {
        loop {
            match AssertUnwindSafe(self.sweep()).catch_unwind().await {
                Ok(Ok(0)) => {}
                Ok(Ok(rows)) => tracing::info!(rows, "swept"),
                Ok(Err(error)) => tracing::warn!(%error, "the sweep failed and will be tried again"),
                Err(_) => tracing::error!("the sweep panicked and will be tried again"),
            }
            self.clock.sleep_until(self.clock.now() + PERIOD).await;
        }
    }

    /// Deletes pending users older than a day, sessions that ended, and limits that hold nothing. Tells how many rows.
    ///
    /// # Errors
    /// When the database fails; what fails for one table is still tried for the others.
    pub async fn sweep(&self) -> Result<u64, DbErr> {
        let now = self.clock.now();
        self.client_limit.sweep();
        let stale = Condition::all()
            .add(user::Column::Status.eq(Status::Pending))
            .add(user::Column::CreatedAt.lte(now.before(PENDING)));
        let ended = Condition::any()
            .add(session::Column::ExpiresAt.lte(now))
            .add(session::Column::LastUsedAt.lte(self.policy.idle_since(now)));
        let empty = Condition::all().add(rate_limit::Column::ExpiresAt.lte(now));
        let users = delete::<user::Entity>(&self.db, user::Column::Id, stale).await;
        let sessions = delete::<session::Entity>(&self.db, session::Column::Id, ended).await;
        let limits = delete::<rate_limit::Entity>(&self.db, rate_limit::Column::Key, empty).await;
        Ok(users? + sessions? + limits?)
    }
}

/// Deletes in batches. It passes over rows that somebody is just changing, and so never waits while it holds others.
async fn delete<E: EntityTrait>(db: &DatabaseConnection, key: E::Column, due: Condition) -> Result<u64, DbErr> {
    let batch = Query::select()
        .column(key)
        .from(E::default())
        .cond_where(due)
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
