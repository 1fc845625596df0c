//! Ends a session.

use entity::AccountEventKind;

use super::DomainError;
use crate::app::App;
use crate::audit::Event;
use crate::client::Client;
use crate::metrics::Step;
use crate::sessions::{self, SessionToken};

/// Ends the session of a token. A token without a session is not an error.
///
/// # Errors
/// When the database fails or is overloaded.
pub async fn sign_out(app: &App, token: &SessionToken, client: &Client) -> Result<(), DomainError> {
    let event = Event::by(client, AccountEventKind::SignedOut, app.clock.now());
    let ended = sessions::revoke(&app.db, &app.audit, token, event).await?;
    if let Some(user) = ended {
        Step::SignedOut.record_for_user(&app.metrics, user);
    }
    Ok(())
}
