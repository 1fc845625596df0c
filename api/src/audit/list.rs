//! Reads the events of a user.

use entity::Timestamp;
use entity::account_event::{Column, Model, of_user};
use sea_orm::prelude::Uuid;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, QueryFilter, QueryOrder, QuerySelect};

/// Where an event stands in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventPosition {
    /// When it happened.
    pub created_at: Timestamp,
    /// Its id.
    pub id: Uuid,
}

impl EventPosition {
    pub(crate) fn of(event: &Model) -> Self {
        Self {
            created_at: event.created_at,
            id: event.id,
        }
    }

    fn is_before(self) -> Condition {
        let then = Column::CreatedAt.eq(self.created_at);
        let after_it = Condition::all().add(then).add(Column::Id.lt(self.id));
        Condition::any()
            .add(Column::CreatedAt.lt(self.created_at))
            .add(after_it)
    }
}

/// The first `limit` events of a user after a position, the newest first.
pub(crate) async fn list(
    db: &impl ConnectionTrait,
    user: Uuid,
    limit: u64,
    after: Option<EventPosition>,
) -> Result<Vec<Model>, DbErr> {
    of_user(user)
        .filter(Condition::all().add_option(after.map(EventPosition::is_before)))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(db)
        .await
}
