//! Enqueues an email with a new code for an open registration.

use entity::{EmailKind, Purpose, verification};

use super::code_request::CodeRequest;
use super::registration::{self, RegistrationKey, RegistrationProof, find_registration};
use super::{CodeSent, DomainError};
use crate::app::App;
use crate::client::Client;
use crate::mail::outbox;
use crate::metrics::Step;
use crate::random;
use crate::verification::replace_email;

/// Enqueues an email with a new code for a registration. It replaces a pending email; the previous code dies when the
/// new one is drawn.
///
/// # Errors
/// Those of [`find_registration`], [`DomainError::EmailsLimited`].
pub async fn resend_activation_code(app: &App, key: &RegistrationKey) -> Result<CodeSent, DomainError> {
    let (registration, proof) = find_registration(app, key).await?;
    resend_for(app, &registration, proof, key.client()).await
}

/// The same for a registration that was found.
///
/// # Errors
/// As above.
pub async fn resend_for(
    app: &App,
    registration: &verification::Model,
    proof: RegistrationProof,
    client: &Client,
) -> Result<CodeSent, DomainError> {
    let now = app.clock.now();
    let canonical = &registration.email_canonical.0;
    let request = CodeRequest::begin(app, Purpose::Registration, canonical, client, now).await?;
    let mail = random::uuid(&*app.random, now);
    if !replace_email(&request.transaction, registration.id, mail, now).await? {
        request.transaction.rollback().await?;
        registration::reload(app, registration, proof).await?;
        return Err(DomainError::VerificationNotFound);
    }
    outbox::enqueue_again(
        &request.transaction,
        mail,
        now,
        EmailKind::Registration,
        canonical,
        registration.id,
    )
    .await?;
    let sent = request.commit().await?;
    Step::CodeRequestedAgain.record_for_verification(&app.metrics, registration.id);
    Ok(sent)
}
