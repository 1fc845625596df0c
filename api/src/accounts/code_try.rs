//! Shared by the mutations that take a code: a try is spent before the code is looked at.

use std::future::Future;

use entity::{AccountEventKind, Purpose, Timestamp, verification};
use sea_orm::prelude::Uuid;
use sea_orm::{ActiveEnum, DbErr};

use super::DomainError;
use crate::app::App;
use crate::audit::Event;
use crate::client::Client;
use crate::database;
use crate::limits::{activation_tries, guess_guard};
use crate::telemetry::in_request;
use crate::verification::{
    CODE_MAX_ATTEMPTS, Code, InvalidCode, MAX_CODE_LENGTH, VerificationToken, find_by_id, find_by_token, is_expired,
    spend_try,
};

/// The open verification of a purpose that a token names.
///
/// # Errors
/// [`DomainError::VerificationNotFound`].
pub(super) async fn find_open(
    app: &App,
    token: &VerificationToken,
    purpose: Purpose,
) -> Result<verification::Model, DomainError> {
    let found = find_by_token(&app.db, token, purpose, app.clock.now()).await?;
    found
        .filter(|row| row.consumed_at.is_none())
        .ok_or(DomainError::VerificationNotFound)
}

/// A verification as it is now, for a guarded statement that found it closed.
pub(super) async fn reload_open(
    app: &App,
    verification: &verification::Model,
) -> Result<verification::Model, DomainError> {
    let found = find_by_id(&app.db, verification.id, app.clock.now()).await?;
    found
        .filter(|row| row.consumed_at.is_none())
        .ok_or(DomainError::VerificationNotFound)
}

/// Spends a try and compares the code. Returns the verification as the statement that spent the try left it. `reload`
/// reads it again if there was no try to spend. When the request arrived decides whether the code is in time.
///
/// # Errors
/// In this order: those of `reload`; [`DomainError::InvalidCode`] if no code was drawn yet;
/// [`DomainError::CodeExpired`]; [`DomainError::TooManyAttempts`]; [`DomainError::InvalidCode`].
pub(super) async fn try_code<Reloaded: Future<Output = Result<verification::Model, DomainError>>>(
    app: &App,
    verification: &verification::Model,
    code: Result<Code, InvalidCode>,
    (arrived, client): (Timestamp, &Client),
    reload: impl FnOnce() -> Reloaded,
) -> Result<verification::Model, DomainError> {
    // Text that cannot be a code spends no try.
    let spent = match &code {
        Ok(_) => spend(app, verification, arrived).await?,
        Err(InvalidCode) => None,
    };
    let (Ok(code), Some(tried)) = (code, spent) else {
        return Err(why_not_tried(app, &reload().await?, arrived));
    };
    if !is_right(app, &tried, &code) {
        let purpose = [("purpose", tried.purpose.into_value())];
        app.metrics.wrong_codes.get_or_create(&purpose).inc();
        record_wrong_code(app, tried.id, client).await;
        return Err(DomainError::InvalidCode(Some(tries_left(&tried))));
    }
    Ok(tried)
}

/// Records a wrong code after its try, also if the client leaves meanwhile. The try is spent, so a failure to record it
/// does not change the answer.
async fn record_wrong_code(app: &App, verification: Uuid, client: &Client) {
    let (app, client) = (app.clone(), client.clone());
    let tasks = app.tasks.clone();
    let recording = in_request(async move {
        let event = Event::by(&client, AccountEventKind::WrongCode, app.clock.now());
        let recorded = app.audit.record_for_verification(&app.db, verification, event);
        if let Err(error) = database::within_timeout(recorded).await {
            tracing::warn!(%error, "cannot record a wrong code");
        }
    });
    let _ = tasks.spawn(recording).await;
}

/// Spends a try of the live code. One of an activation code counts against the address too, also if it is right: after
/// it there is nothing left to guess.
async fn spend(
    app: &App,
    verification: &verification::Model,
    arrived: Timestamp,
) -> Result<Option<verification::Model>, DbErr> {
    if verification.purpose != Purpose::Registration {
        return spend_try(&app.db, &app.keys, verification.id, arrived).await;
    }
    let guard = activation_tries(&app.keys.limits, &verification.email_canonical.0);
    let transaction = database::begin(&app.db).await?;
    guess_guard::count_try(&transaction, app.clock.now(), &guard).await?;
    let tried = spend_try(&transaction, &app.keys, verification.id, arrived).await?;
    if tried.is_some() {
        transaction.commit().await?;
    } else {
        transaction.rollback().await?;
    }
    Ok(tried)
}

/// Whether this is the code. The code of a decoy is never right, because no email holds it.
fn is_right(app: &App, tried: &verification::Model, code: &Code) -> bool {
    let keys = tried.code_key.as_deref().and_then(|id| app.keys.by_id(id));
    let (Some(draw), Some(keys)) = (&tried.draw, keys) else {
        return false;
    };
    let digits = u8::try_from(tried.digits).unwrap_or(MAX_CODE_LENGTH);
    let expected = Code::derive(&keys.codes, tried.purpose, tried.id, &draw.0, digits);
    code.matches(&expected) & tried.mailed
}

/// Why an open verification had no try to spend, in the order of the documented answers.
fn why_not_tried(app: &App, verification: &verification::Model, arrived: Timestamp) -> DomainError {
    match verification.code_expires_at {
        None => DomainError::InvalidCode(None),
        Some(_) if is_expired(verification, &app.keys, arrived) => DomainError::CodeExpired,
        Some(_) if tries_left(verification) == 0 => DomainError::TooManyAttempts,
        Some(_) => DomainError::InvalidCode(Some(tries_left(verification))),
    }
}

fn tries_left(verification: &verification::Model) -> u8 {
    let spent = u8::try_from(verification.attempts).unwrap_or(CODE_MAX_ATTEMPTS);
    CODE_MAX_ATTEMPTS.saturating_sub(spent)
}
