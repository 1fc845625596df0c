//! One server sweeps at a time. That saves work; what the sweep deletes does not depend on it.

use std::time::Duration;

use entity::{Timestamp, sweep_clock};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter};

use crate::app::App;
use crate::clock::latest_written;
use crate::random;

/// How long a lease holds without being renewed. Longer than a batch takes.
const LEASE: Duration = Duration::from_mins(2);

/// The right to sweep. Portable, unlike an advisory lock, and it keeps no connection.
pub(super) struct Lease<'a> {
    pub(super) app: &'a App,
    id: Uuid,
}

impl<'a> Lease<'a> {
    /// Takes the lease, unless another server has it.
    pub(super) async fn take(app: &'a App) -> Result<Option<Self>, DbErr> {
        let id = random::uuid(&*app.random, app.clock.now());
        let lease = Self { app, id };
        Ok(lease.renew().await?.then_some(lease))
    }

    /// Extends the lease. Returns whether this server holds it now. Always false while the server stops.
    pub(super) async fn renew(&self) -> Result<bool, DbErr> {
        use sweep_clock::Column;
        if self.app.supervisor.stopping().is_cancelled() {
            return Ok(false);
        }
        let now = self.app.clock.now();
        let until = now + LEASE;
        let is_free = Condition::any()
            .add(Column::Lease.is_null())
            .add(Column::Lease.eq(self.id))
            .add(Column::LeasedUntil.lte(now))
            // It was taken while a clock was ahead.
            .add(Column::LeasedUntil.gt(latest_written(until)));
        let taken = self.set(is_free, Some(self.id), Some(until)).await?;
        Ok(taken == 1)
    }

    /// Gives the lease back.
    pub(super) async fn release(self) -> Result<(), DbErr> {
        let own = sweep_clock::Column::Lease.eq(self.id).into();
        self.set(own, None, None).await.map(drop)
    }

    async fn set(&self, rows: Condition, lease: Option<Uuid>, until: Option<Timestamp>) -> Result<u64, DbErr> {
        let updated = sweep_clock::Entity::update_many()
            .col_expr(sweep_clock::Column::Lease, Expr::value(lease))
            .col_expr(sweep_clock::Column::LeasedUntil, Expr::value(until))
            .filter(sweep_clock::Column::Id.eq(sweep_clock::ONLY))
            .filter(rows)
            .exec(&self.app.db)
            .await?;
        Ok(updated.rows_affected)
    }
}
