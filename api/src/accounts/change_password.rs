//! Replaces the password of a signed-in user.

use entity::{HiddenText, Purpose, user, verification};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use super::new_password::check_new_password;
use super::present_password::verify_unlimited;
use super::registration::check_client_limit;
use super::{DomainError, User};
use crate::app::App;
use crate::credentials::{EmailAddress, NewPassword, Password};
use crate::database;
use crate::limits::Client;
use crate::sessions::{self, FoundSession, OpenedSession};

/// Replaces the password of the user of a session. All their sessions end, and the caller gets a new one.
///
/// # Errors
/// In this order: [`DomainError::PasswordTooWeak`]; [`DomainError::WrongPresentPassword`]; those of [`replace_password`].
pub async fn change_password(
    app: &App,
    caller: &FoundSession,
    present: &Password,
    new: &NewPassword,
    client: &Client,
) -> Result<(User, OpenedSession), DomainError> {
    check_client_limit(app, client)?;
    app.hasher.check_capacity()?;
    let email = stored_address(&caller.email)?;
    check_new_password(app, &email, new, client).await?;
    let user = verify_unlimited(app, caller.user_id, present).await?;
    let hash = app.hasher.hash(new.secret(), None, &*app.random).await?;
    replace_password(app, caller, user, hash, client).await
}

/// The same for a user whose present password was verified, with the hash of the new one.
///
/// # Errors
/// [`DomainError::WrongPresentPassword`] if the credentials have changed meanwhile; [`DomainError::SessionEnded`].
pub async fn replace_password(
    app: &App,
    caller: &FoundSession,
    user: user::Model,
    hash: String,
    client: &Client,
) -> Result<(User, OpenedSession), DomainError> {
    let (now, policy) = (app.clock.now(), &app.policy);
    let transaction = database::begin(&app.db).await?;
    let updated = user::Entity::update_many()
        .col_expr(user::Column::PasswordHash, Expr::value(HiddenText(hash)))
        .col_expr(
            user::Column::CredentialVersion,
            Expr::col(user::Column::CredentialVersion).add(1),
        )
        .filter(user::Column::Id.eq(user.id))
        .filter(user::Column::CredentialVersion.eq(user.credential_version))
        .filter(user::Column::DisabledAt.is_null())
        .exec(&transaction)
        .await?;
    if updated.rows_affected == 0 {
        return Err(DomainError::WrongPresentPassword);
    }
    end_resets(&transaction, &user).await?;
    if !sessions::revoke_one(&transaction, now, policy, user.id, caller.id).await? {
        return Err(DomainError::SessionEnded);
    }
    sessions::revoke_all(&transaction, user.id).await?;
    let changed = (user.id, user.credential_version + 1);
    let session = sessions::open(&transaction, &*app.random, now, policy, changed, client).await?;
    let session = session.ok_or(DomainError::WrongPresentPassword)?;
    transaction.commit().await?;
    Ok((user.into(), session))
}

/// Ends the open resets of a user: whoever requested one could undo the change.
async fn end_resets(transaction: &impl ConnectionTrait, user: &user::Model) -> Result<(), DbErr> {
    verification::Entity::delete_many()
        .filter(verification::Column::UserId.eq(user.id))
        .filter(verification::Column::Purpose.eq(Purpose::PasswordReset))
        .exec(transaction)
        .await?;
    Ok(())
}

fn stored_address(email: &HiddenText) -> Result<EmailAddress, DomainError> {
    let unreadable = || DbErr::Custom("cannot parse the stored address".to_owned());
    Ok(EmailAddress::parse(&email.0).map_err(|_| unreadable())?)
}
