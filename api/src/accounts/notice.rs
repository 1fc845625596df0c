//! The emails to a user that carry no code.

use entity::{EmailKind, user};

use crate::mail::outbox::NewEmail;

/// A notice to a user.
pub(super) fn notice(kind: EmailKind, user: &user::Model) -> NewEmail<'_> {
    NewEmail {
        kind,
        recipient: user.email.clone(),
        canonical: &user.email_canonical.0,
        verification: None,
        locale: user.locale.clone(),
    }
}
