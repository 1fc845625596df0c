//! Changes many rows, a few at a time: no statement holds many locks or takes long.

use entity::Timestamp;
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Expr, LockBehavior, LockType, Order, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use super::lease::Lease;

/// How many rows one statement changes.
const BATCH: u64 = 500;

/// Sets `column` in batches of the rows that are wrong at an instant, as long as the lease holds. Rows that seem to be
/// are compared once more with a later instant: they may have been written since the first one, however slow the
/// database is.
pub(super) async fn correct<E: EntityTrait>(
    lease: &Lease<'_>,
    key: E::Column,
    column: E::Column,
    value: impl Fn(Timestamp) -> Timestamp,
    wrong: impl Fn(Timestamp) -> Expr,
) -> Result<(), DbErr> {
    let app = lease.app;
    while lease.renew().await? {
        let seemingly_wrong = batch::<E>(key, column, wrong(app.clock.now()));
        let rows = app.db.query_all(&seemingly_wrong).await?;
        let ids: Vec<Uuid> = rows
            .iter()
            .map(|row| row.try_get_by_index(0))
            .collect::<Result<_, _>>()?;
        if ids.is_empty() {
            break;
        }
        let now = app.clock.now();
        let corrected = E::update_many()
            .col_expr(column, Expr::value(value(now)))
            .filter(key.is_in(ids))
            .filter(wrong(now))
            .exec(&app.db)
            .await?;
        if corrected.rows_affected < BATCH {
            break;
        }
    }
    Ok(())
}

/// Deletes in batches the rows that `column` says have ended, as long as the lease holds. Each batch asks
/// for the condition.
pub(super) async fn delete<E: EntityTrait>(
    lease: &Lease<'_>,
    key: E::Column,
    column: E::Column,
    ended: impl Fn() -> Expr,
) -> Result<u64, DbErr> {
    let db = &lease.app.db;
    let mut total = 0;
    while lease.renew().await? {
        let deleted = E::delete_many()
            .filter(key.in_subquery(batch::<E>(key, column, ended())))
            .exec(db)
            .await?
            .rows_affected;
        total += deleted;
        if deleted < BATCH {
            break;
        }
    }
    Ok(total)
}

/// The keys of some rows. Skips locked rows, so that the sweep never waits while it holds others. The order is that of
/// an index, so that a batch reads few other rows, whatever the plan expects.
fn batch<E: EntityTrait>(key: E::Column, order: E::Column, condition: Expr) -> SelectStatement {
    Query::select()
        .column(key)
        .from(E::default())
        .and_where(condition)
        .order_by(order, Order::Asc)
        .limit(BATCH)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .to_owned()
}
