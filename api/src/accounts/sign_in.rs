//! Verifies a password and opens a session for an active user.

use entity::{AccountEventKind, HiddenText, user};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{DomainError, User, verify};
use crate::app::App;
use crate::client::Client;
use crate::credentials::{Credentials, Identity, Password};
use crate::database;
use crate::metrics::Step;
use crate::sessions::{self, NewSession, OpenedSession};

/// Opens a session for a user.
///
/// # Errors
/// Those of [`verify`], and [`DomainError::NotActivated`].
pub async fn sign_in(app: &App, credentials: &Credentials) -> Result<(User, OpenedSession), DomainError> {
    match verify(app, credentials).await? {
        Identity::Registration(_) => Err(DomainError::NotActivated),
        Identity::User(user) => {
            if app.hasher.is_weaker(&user.password_hash.0) {
                Box::pin(renew_hash(app, &user, &credentials.password)).await?;
            }
            Box::pin(sign_in_verified(app, user, &credentials.client)).await
        }
    }
}

/// The same for a user whose password was verified, unless their credentials have changed since. If they have 50 live
/// sessions, the one idle longest ends.
///
/// # Errors
/// [`DomainError::InvalidCredentials`].
pub async fn sign_in_verified(
    app: &App,
    user: user::Model,
    client: &Client,
) -> Result<(User, OpenedSession), DomainError> {
    let (now, policy) = (app.clock.now(), &app.policy);
    let transaction = database::begin(&app.db).await?;
    let new = NewSession {
        user: &user,
        client,
        event: AccountEventKind::SignedIn,
        now,
    };
    let session = sessions::open(&transaction, &*app.random, &app.audit, policy, new).await?;
    let session = session.ok_or(DomainError::InvalidCredentials)?;
    sessions::revoke_excess(&transaction, now, policy, user.id, session.id).await?;
    transaction.commit().await?;
    Step::SignedIn.record_for_user(&app.metrics, user.id);
    app.metrics.sessions_opened.inc();
    Ok((user.into(), session))
}

/// Hashes the password, which is known only now, with the configured parameters.
async fn renew_hash(app: &App, user: &user::Model, password: &Password) -> Result<(), DomainError> {
    let renewed = app.hasher.hash(password.secret(), None, &*app.random).await;
    // An overloaded server renews it the next time.
    let Ok(renewed) = renewed else {
        return Ok(());
    };
    user::Entity::update_many()
        .col_expr(user::Column::PasswordHash, Expr::value(HiddenText(renewed)))
        .filter(user::Column::Id.eq(user.id))
        .filter(user::Column::PasswordHash.eq(user.password_hash.clone()))
        .exec(&app.db)
        .await?;
    Ok(())
}
