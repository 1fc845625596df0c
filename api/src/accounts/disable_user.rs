//! Disables a user: nothing that was proved before opens a session, and every session ends.

use entity::{AccountEventKind, Timestamp, user, verification};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DbErr};

use super::Operator;
use crate::verification::end;
use crate::webhooks::{Event, EventKind};
use crate::{audit, database, sessions};

/// Disables a user and ends their sessions, resets and changes of address. Returns the number of ended sessions; `None`
/// if there is no enabled user with this id.
///
/// # Errors
/// When the database fails.
pub async fn disable_user(operator: &Operator, now: Timestamp, id: Uuid) -> Result<Option<u64>, DbErr> {
    let transaction = database::begin(&operator.db).await?;
    let enabled = user::Column::Id.eq(id).and(user::Column::DisabledAt.is_null());
    let disabled = user::raise_credential_version(enabled.into())
        .col_expr(user::Column::DisabledAt, Expr::value(now))
        .exec_with_returning(&transaction)
        .await?;
    let Some(user) = disabled.into_iter().next() else {
        transaction.rollback().await?;
        return Ok(None);
    };
    end(&transaction, verification::Column::UserId.eq(id).into()).await?;
    let disabled = Event::about(EventKind::UserDisabled, &user);
    operator.webhooks.enqueue(&transaction, now, disabled).await?;
    let ended = sessions::revoke_all(&transaction, id).await?;
    let event = audit::Event::by_operator(AccountEventKind::Disabled, now);
    operator.audit.record(&transaction, id, event).await?;
    transaction.commit().await?;
    operator.webhooks.notify();
    Ok(Some(ended))
}
