//! What webhooks report, and the body that says it.

use entity::{HiddenText, Timestamp, user, webhook_delivery};
use sea_orm::prelude::Uuid;
use serde::Serialize;

/// What happened to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// A registration became a user.
    UserActivated,
    /// The user has another address.
    UserEmailChanged,
    /// The user has another password.
    UserPasswordChanged,
    /// An operator disabled the user.
    UserDisabled,
    /// An operator enabled the user again.
    UserEnabled,
    /// The user is deleted. Their address is not told, because nothing about them may stay.
    UserDeleted,
}

impl EventKind {
    /// The type of the event, as receivers read it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::UserActivated => "user.activated",
            Self::UserEmailChanged => "user.email_changed",
            Self::UserPasswordChanged => "user.password_changed",
            Self::UserDisabled => "user.disabled",
            Self::UserEnabled => "user.enabled",
            Self::UserDeleted => "user.deleted",
        }
    }
}

/// Something that happened to a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub(super) kind: EventKind,
    pub(super) user: Uuid,
    /// The one after the event; none if the user is deleted.
    pub(super) email: Option<HiddenText>,
}

impl Event {
    /// An event of a user, as the user is after it.
    #[must_use]
    pub fn about(kind: EventKind, user: &user::Model) -> Self {
        Self::new(kind, user.id, &user.email)
    }

    /// The same for the id and the address of a user.
    #[must_use]
    pub fn new(kind: EventKind, user: Uuid, email: &HiddenText) -> Self {
        let email = (kind != EventKind::UserDeleted).then(|| email.clone());
        Self { kind, user, email }
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
pub(crate) fn test_body(now: Timestamp) -> String {
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
