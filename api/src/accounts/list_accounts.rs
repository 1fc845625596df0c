//! Reads all accounts, page by page, so that memory holds one page and no statement runs for long.

use entity::{Timestamp, user, verification};
use sea_orm::prelude::Uuid;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::Account;
use super::account::pending;

/// Rows of one page.
const PAGE: u64 = 1_000;

/// The next users by id, which is the order in which they registered, except for imported ids. Empty after the last one.
///
/// # Errors
/// When the database fails.
pub async fn next_users(db: &impl ConnectionTrait, after: Option<Uuid>) -> Result<Vec<user::Model>, DbErr> {
    user::Entity::find()
        .filter(user::Column::Id.gt(after.unwrap_or_default()))
        .order_by_asc(user::Column::Id)
        .limit(PAGE)
        .all(db)
        .await
}

/// The next open registrations by id. Empty after the last one.
///
/// # Errors
/// When the database fails.
pub async fn next_pending(
    db: &impl ConnectionTrait,
    after: Option<Uuid>,
    now: Timestamp,
) -> Result<Vec<Account>, DbErr> {
    let registrations = pending(now)
        .filter(verification::Column::Id.gt(after.unwrap_or_default()))
        .order_by_asc(verification::Column::Id)
        .limit(PAGE)
        .all(db)
        .await?;
    Ok(registrations.into_iter().map(Account::from).collect())
}
