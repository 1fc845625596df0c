//! What webhooks report, and the body that says it.

use entity::{HiddenText, Timestamp, webhook_delivery};
use sea_orm::prelude::Uuid;
use serde::Serialize;

/// Something that happened to a user. The address is the one after the event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the user")]
pub enum Event {
    /// A registration became a user.
    UserActivated { id: Uuid, email: HiddenText },
    /// The user has another address.
    UserEmailChanged { id: Uuid, email: HiddenText },
    /// The user has another password.
    UserPasswordChanged { id: Uuid, email: HiddenText },
    /// An operator disabled the user.
    UserDisabled { id: Uuid, email: HiddenText },
    /// An operator enabled the user again.
    UserEnabled { id: Uuid, email: HiddenText },
    /// The user is deleted. Their address is not told, because nothing about them may stay.
    UserDeleted { id: Uuid },
}

impl Event {
    /// The type of the event, as receivers read it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::UserActivated { .. } => "user.activated",
            Self::UserEmailChanged { .. } => "user.email_changed",
            Self::UserPasswordChanged { .. } => "user.password_changed",
            Self::UserDisabled { .. } => "user.disabled",
            Self::UserEnabled { .. } => "user.enabled",
            Self::UserDeleted { .. } => "user.deleted",
        }
    }

    /// The user, and their address unless they are deleted.
    pub(super) fn into_user(self) -> (Uuid, Option<HiddenText>) {
        match self {
            Self::UserActivated { id, email }
            | Self::UserEmailChanged { id, email }
            | Self::UserPasswordChanged { id, email }
            | Self::UserDisabled { id, email }
            | Self::UserEnabled { id, email } => (id, Some(email)),
            Self::UserDeleted { id } => (id, None),
        }
    }
}

/// The body of every webhook, in the order of the specification.
#[derive(Serialize)]
struct Body<'a, D> {
    r#type: &'a str,
    timestamp: String,
    data: D,
}

#[derive(Serialize)]
struct Data<'a> {
    id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
}

#[derive(Serialize)]
struct Nothing {}

/// The body of a test event.
pub(super) fn test_body(now: Timestamp) -> String {
    to_json(&Body {
        r#type: "webhook.test",
        timestamp: now.to_rfc3339(),
        data: Nothing {},
    })
}

/// The body of a delivery: the same for every attempt.
pub(super) fn body(delivery: &webhook_delivery::Model) -> String {
    to_json(&Body {
        r#type: &delivery.event,
        timestamp: delivery.created_at.to_rfc3339(),
        data: Data {
            id: delivery.user_id,
            email: delivery.email.as_ref().map(|email| email.0.as_str()),
        },
    })
}

fn to_json(body: &impl Serialize) -> String {
    serde_json::to_string(body).expect("strings become JSON")
}
