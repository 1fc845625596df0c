//! The policy for a password that somebody chooses.

use super::DomainError;
use crate::app::App;
use crate::client::Client;
use crate::credentials::{EmailAddress, NewPassword, check_strength};

/// Checks the strength of a new password of an address.
///
/// # Errors
/// [`DomainError::PasswordTooWeak`], [`DomainError::Overloaded`].
pub(super) async fn check_new_password(
    app: &App,
    email: &EmailAddress,
    password: &NewPassword,
    client: &Client,
) -> Result<(), DomainError> {
    let strength = {
        let (email, breached) = (email.clone(), app.breached_passwords.clone());
        move |password: &str| check_strength(password, &email, &breached)
    };
    app.hasher
        .estimate(client.network(), password.secret(), strength)
        .await??;
    Ok(())
}
