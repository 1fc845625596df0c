//! Takes the new address of a signed-in user into use, given the emailed code.

use entity::{AccountEventKind, EmailKind, Purpose, Timestamp, user, verification};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, SqlErr};

use super::client_limit::check_client_limit;
use super::code_try::{find_open, reload_open, try_code};
use super::notice::notice;
use super::sessions::require_session;
use super::{DomainError, User};
use crate::app::App;
use crate::client::Client;
use crate::mail::outbox::{self, NewEmail};
use crate::metrics::Step;
use crate::sessions::FoundSession;
use crate::verification::{Code, InvalidCode, VerificationToken, consume, end, lock};
use crate::webhooks::{Event, EventKind};
use crate::{audit, database};

/// Replaces the address of the user of a session, once.
///
/// # Errors
/// In this order: [`DomainError::RateLimited`]; [`DomainError::VerificationNotFound`], also if the change is that of
/// another user; those of a code; [`DomainError::VerificationNotFound`] if another user has the address meanwhile.
pub async fn confirm_email_change(
    app: &App,
    caller: &FoundSession,
    token: &VerificationToken,
    code: Result<Code, InvalidCode>,
    arrived: Timestamp,
    client: &Client,
) -> Result<User, DomainError> {
    check_client_limit(app, client)?;
    let change = find_open(app, token, Purpose::EmailChange).await?;
    if change.user_id != Some(caller.user_id) {
        return Err(DomainError::VerificationNotFound);
    }
    let change = try_code(app, &change, code, (arrived, client), || reload_open(app, &change)).await?;
    complete(app, caller, &change, client).await
}

/// Replaces the address for a change whose code was right. Of several requests with the right code one succeeds.
///
/// # Errors
/// [`DomainError::VerificationNotFound`] if another user has the address, or the change has ended;
/// [`DomainError::SessionEnded`].
pub async fn complete(
    app: &App,
    caller: &FoundSession,
    change: &verification::Model,
    client: &Client,
) -> Result<User, DomainError> {
    let now = app.clock.now();
    let transaction = database::begin(&app.db).await?;
    let user = match set_email(&transaction, caller, change).await {
        Ok(user) => user.ok_or(DomainError::VerificationNotFound)?,
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            // Another user took the address. The change is consumed, so that its code cannot be used again.
            transaction.rollback().await?;
            consume(&app.db, change.id, now).await?;
            return Err(DomainError::VerificationNotFound);
        }
        Err(error) => return Err(error.into()),
    };
    // Their codes are in the former mailbox. An open registration of the new address stays: its end would tell the
    // person who began it that the address has a user now.
    let outdated = verification::is_reset_of(user.id);
    let change_itself = verification::Column::Id.eq(change.id);
    let ended = Condition::any().add(outdated.clone()).add(change_itself);
    lock(&transaction, ended).await?;
    if !consume(&transaction, change.id, now).await? {
        return Err(DomainError::VerificationNotFound);
    }
    require_session(&transaction, caller).await?;
    end(&transaction, outdated).await?;
    if let Some(former) = &change.former_email_canonical {
        let notice = NewEmail {
            recipient: caller.email.clone(),
            canonical: &former.0,
            ..notice(EmailKind::EmailChanged, &user)
        };
        outbox::enqueue(&transaction, &*app.random, now, notice).await?;
    }
    let changed = Event::about(EventKind::UserEmailChanged, &user);
    app.webhooks.enqueue(&transaction, now, changed).await?;
    let event = audit::Event::by(client, AccountEventKind::EmailChanged, now);
    app.audit.record(&transaction, user.id, event).await?;
    transaction.commit().await?;
    app.outbox.notify();
    app.webhooks.notify();
    Step::EmailChanged.record_for_user(&app.metrics, user.id);
    Ok(user.into())
}

/// Replaces the address if the user still has the one that they had when the change began.
async fn set_email(
    transaction: &impl ConnectionTrait,
    caller: &FoundSession,
    change: &verification::Model,
) -> Result<Option<user::Model>, DbErr> {
    let updated = user::Entity::update_many()
        .col_expr(user::Column::Email, Expr::value(change.email.clone()))
        .col_expr(
            user::Column::EmailCanonical,
            Expr::value(change.email_canonical.clone()),
        )
        .filter(user::Column::Id.eq(caller.user_id))
        .filter(user::Column::EmailCanonical.eq(change.former_email_canonical.clone()))
        .filter(user::Column::DisabledAt.is_null())
        .exec_with_returning(transaction)
        .await?;
    Ok(updated.into_iter().next())
}
