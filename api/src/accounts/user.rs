//! A user as others see them.

use entity::{HiddenText, Timestamp, user, verification};
use sea_orm::prelude::Uuid;

use crate::credentials::Identity;
use crate::sessions::FoundSession;

/// Somebody with an account, or about to have one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// UUID version 7, unless it was imported.
    pub id: Uuid,
    /// The address as typed.
    pub email: HiddenText,
    /// Whether the mailbox is proved.
    pub status: UserStatus,
    /// The language of emails (BCP 47); `None` for the default.
    pub locale: Option<String>,
    /// When the registration was accepted.
    pub created_at: Timestamp,
    /// When the right code was submitted.
    pub activated_at: Option<Timestamp>,
}

/// Whether the mailbox of a user is proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserStatus {
    /// An open registration: the right code was not submitted yet.
    Pending,
    /// A user.
    Active,
}

impl From<user::Model> for User {
    fn from(row: user::Model) -> Self {
        Self {
            id: row.id,
            email: row.email,
            status: UserStatus::Active,
            locale: row.locale,
            created_at: row.created_at,
            activated_at: Some(row.activated_at),
        }
    }
}

impl From<verification::Model> for User {
    fn from(registration: verification::Model) -> Self {
        Self {
            id: registration.id,
            email: registration.email,
            status: UserStatus::Pending,
            locale: registration.locale,
            created_at: registration.created_at,
            activated_at: None,
        }
    }
}

impl From<Identity> for User {
    fn from(identity: Identity) -> Self {
        match identity {
            Identity::User(user) => user.into(),
            Identity::Registration(registration) => registration.into(),
        }
    }
}

impl From<FoundSession> for User {
    fn from(session: FoundSession) -> Self {
        Self {
            id: session.user_id,
            email: session.email,
            status: UserStatus::Active,
            locale: session.locale,
            created_at: session.created_at,
            activated_at: Some(session.activated_at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_hides_the_address() {
        let user = User {
            id: Uuid::nil(),
            email: HiddenText("ada@example.com".to_owned()),
            status: UserStatus::Pending,
            locale: None,
            created_at: Timestamp::from_millis(0),
            activated_at: None,
        };
        assert!(!format!("{user:?}").contains("ada"), "{user:?}");
    }
}
