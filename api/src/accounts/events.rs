//! The events of a user, listed for the user and for an operator.

use entity::account_event;
use sea_orm::prelude::Uuid;
use sea_orm::{ConnectionTrait, DbErr};

use super::{DomainError, UserStatus};
use crate::app::App;
use crate::audit::{self, EventPosition};

/// The first `limit` events of a user after a place, the newest first. A pending user has none: they would tell a decoy
/// from a registration.
///
/// # Errors
/// When the database fails or is overloaded.
pub async fn list_events(
    app: &App,
    (user, status): (Uuid, UserStatus),
    limit: u64,
    after: Option<EventPosition>,
) -> Result<Vec<account_event::Model>, DomainError> {
    if status == UserStatus::Pending {
        return Ok(Vec::new());
    }
    Ok(audit::list(&app.db, user, limit, after).await?)
}

/// A page of the events under an id, the newest first, for an operator: of a user, an open registration or a deleted
/// user.
///
/// # Errors
/// When the database fails.
pub async fn next_events(
    db: &impl ConnectionTrait,
    id: Uuid,
    after: Option<EventPosition>,
) -> Result<Vec<account_event::Model>, DbErr> {
    audit::list(db, id, PAGE, after).await
}

/// How many events one statement reads.
const PAGE: u64 = 500;
