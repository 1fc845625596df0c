//! Ends a session.

use super::DomainError;
use crate::app::App;
use crate::metrics::Step;
use crate::sessions::{self, SessionToken};

/// Ends the session of a token. A token without a session is not an error.
///
/// # Errors
/// When the database fails or is overloaded.
pub async fn sign_out(app: &App, token: &SessionToken) -> Result<(), DomainError> {
    if let Some(user) = sessions::revoke(&app.db, token).await? {
        Step::SignedOut.of_user(&app.metrics, user);
    }
    Ok(())
}
