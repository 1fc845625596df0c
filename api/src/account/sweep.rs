//! Deleting what has had its time.

use std::time::Duration;

use entity::{session, user};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter};

use super::{Accounts, Status, rate_limit};

/// How long a pending user is kept.
const PENDING: Duration = Duration::from_hours(24);
/// How often the sweep runs.
const PERIOD: Duration = Duration::from_mins(10);

impl Accounts {
    /// Sweeps now and every ten minutes, until it is dropped.
    pub async fn keep_sweeping(self) {
        loop {
            match self.sweep().await {
                Ok(0) => {}
                Ok(rows) => tracing::info!(rows, "swept"),
                Err(error) => tracing::warn!(%error, "the sweep failed and will be tried again"),
            }
            self.clock.sleep_until(self.clock.now() + PERIOD).await;
        }
    }

    /// Deletes pending users older than a day, sessions that ended, and limits that hold nothing. Tells how many rows.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sweep(&self) -> Result<u64, DbErr> {
        let now = self.clock.now();
        let users = user::Entity::delete_many()
            .filter(user::Column::Status.eq(Status::Pending))
            .filter(user::Column::CreatedAt.lte(now.before(PENDING)))
            .exec(&self.db)
            .await?;
        let ended = Condition::any()
            .add(session::Column::ExpiresAt.lte(now))
            .add(session::Column::LastUsedAt.lte(now.before(self.policy.session_idle)));
        let sessions = session::Entity::delete_many().filter(ended).exec(&self.db).await?;
        self.client_limit.sweep();
        let limits = rate_limit::sweep(&self.db, now).await?;
        Ok(users.rows_affected + sessions.rows_affected + limits)
    }
}
