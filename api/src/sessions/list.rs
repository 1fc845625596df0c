//! The live sessions of a user.

use entity::{Timestamp, session};
use sea_orm::prelude::Uuid;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::policy::Policy;

/// The most live sessions of a user. Opening one more ends the one that is idle longest.
pub(crate) const MAX_SESSIONS: u64 = 50;

/// The condition of a user's live sessions: those that a lookup finds.
pub(super) fn live_of(user: Uuid, now: Timestamp, policy: &Policy) -> Condition {
    Condition::all()
        .add(session::Column::UserId.eq(user))
        .add(session::Column::ExpiresAt.gt(now))
        .add(session::Column::LastUsedAt.gt(policy.idle_since(now)))
}

/// Where a session stands in the list. A session that is used later moves to the front, and the others stay in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionPosition {
    /// When the session was last used.
    pub last_used_at: Timestamp,
    /// Its id.
    pub id: Uuid,
}

impl SessionPosition {
    pub(crate) fn of(session: &session::Model) -> Self {
        Self {
            last_used_at: session.last_used_at,
            id: session.id,
        }
    }

    fn is_before(self) -> Condition {
        let used_earlier = session::Column::LastUsedAt.lt(self.last_used_at);
        let used_then = session::Column::LastUsedAt.eq(self.last_used_at);
        let after_it = Condition::all().add(used_then).add(session::Column::Id.lt(self.id));
        Condition::any().add(used_earlier).add(after_it)
    }
}

/// The first `limit` live sessions of a user after a position, the latest used first.
pub(crate) async fn list(
    db: &impl ConnectionTrait,
    now: Timestamp,
    policy: &Policy,
    user: Uuid,
    limit: u64,
    after: Option<SessionPosition>,
) -> Result<Vec<session::Model>, DbErr> {
    session::Entity::find()
        .filter(live_of(user, now, policy))
        .filter(Condition::all().add_option(after.map(SessionPosition::is_before)))
        .order_by_desc(session::Column::LastUsedAt)
        .order_by_desc(session::Column::Id)
        .limit(limit)
        .all(db)
        .await
}
