//! Turns a registration into a user, given the right code, and opens a session.

use entity::{AccountEventKind, Timestamp, user, verification};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel};

use super::code_try::try_code;
use super::registration::{RegistrationKey, RegistrationProof, find_registration, reload};
use super::{DomainError, User};
use crate::app::App;
use crate::client::Client;
use crate::database;
use crate::metrics::Step;
use crate::sessions::{self, NewSession, OpenedSession};
use crate::verification::{Code, InvalidCode, consume};
use crate::webhooks::{Event, EventKind};

/// Turns a registration into a user, exactly once, and opens a session. Whether the code is in time is judged by when
/// the request arrived.
///
/// # Errors
/// In this order: those of [`find_registration`]; [`DomainError::InvalidCode`] if no code was drawn yet;
/// [`DomainError::CodeExpired`]; [`DomainError::TooManyAttempts`]; [`DomainError::InvalidCode`].
pub async fn activate(
    app: &App,
    key: &RegistrationKey,
    code: Result<Code, InvalidCode>,
    arrived: Timestamp,
) -> Result<(User, OpenedSession), DomainError> {
    let (registration, proof) = find_registration(app, key).await?;
    activate_registration(app, registration, proof, code, arrived, key.client()).await
}

/// The same for a registration that was found. Two transactions: the try, committed before the code is looked at; then
/// the user with their session.
///
/// # Errors
/// Those of [`activate`].
pub async fn activate_registration(
    app: &App,
    registration: verification::Model,
    proof: RegistrationProof,
    code: Result<Code, InvalidCode>,
    arrived: Timestamp,
    client: &Client,
) -> Result<(User, OpenedSession), DomainError> {
    let reloaded = || reload(app, &registration, proof);
    let tried = try_code(app, &registration, code, (arrived, client), reloaded).await?;
    complete(app, tried, proof, client).await
}

/// Consumes the registration and creates its user. Of several requests with the right code one succeeds.
async fn complete(
    app: &App,
    registration: verification::Model,
    proof: RegistrationProof,
    client: &Client,
) -> Result<(User, OpenedSession), DomainError> {
    let now = app.clock.now();
    let transaction = database::begin(&app.db).await?;
    let user = create_user(&transaction, &registration, now).await?;
    if !consume(&transaction, registration.id, now).await? {
        transaction.rollback().await?;
        reload(app, &registration, proof).await?;
        return Err(DomainError::VerificationNotFound);
    }
    let Some(user) = user else {
        // Another user took the address. The registration stays consumed, so that its code cannot be used again.
        transaction.commit().await?;
        return Err(DomainError::VerificationNotFound);
    };
    let activated = Event::about(EventKind::UserActivated, &user);
    app.webhooks.enqueue(&transaction, now, activated).await?;
    let new = NewSession {
        user: &user,
        client,
        event: AccountEventKind::Activated,
        now,
    };
    let session = sessions::open(&transaction, &*app.random, &app.audit, &app.policy, new).await?;
    let session = session.ok_or(DomainError::InvalidCredentials)?;
    transaction.commit().await?;
    app.webhooks.notify();
    Step::Activated.record_for_user(&app.metrics, user.id);
    let waited = user.activated_at.since(user.created_at);
    app.metrics.activation_time.observe(waited.as_secs_f64());
    app.metrics.sessions_opened.inc();
    Ok((user.into(), session))
}

/// Creates the user of a registration, under its id; `None` if the address has a user. The unique index decides.
pub(super) async fn create_user(
    transaction: &impl ConnectionTrait,
    registration: &verification::Model,
    now: Timestamp,
) -> Result<Option<user::Model>, DbErr> {
    let Some(password_hash) = registration.password_hash.clone() else {
        return Ok(None);
    };
    let user = user::Model {
        id: registration.id,
        email: registration.email.clone(),
        email_canonical: registration.email_canonical.clone(),
        password_hash,
        credential_version: 0,
        locale: registration.locale.clone(),
        created_at: registration.created_at,
        activated_at: now,
        disabled_at: None,
    };
    let created = user::Entity::insert(user.clone().into_active_model().reset_all())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(transaction)
        .await?;
    Ok((created == 1).then_some(user))
}
