//! The types of the answers.

use async_graphql::{
    Enum, ID, InputObject, InputValueError, InputValueResult, Scalar, ScalarType, SimpleObject, Value,
};
use entity::Timestamp;

use super::errors::whole_seconds;
use super::user_error::UserError;
use crate::account::{
    self, CODE_MAX_ATTEMPTS, MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH, Mailing, OpenedSession, Policy,
};

pub(super) struct DateTime(Timestamp);

/// An instant as RFC 3339 writes it, in UTC: `2026-11-22T14:13:21.042Z`.
#[Scalar(
    name = "DateTime",
    specified_by_url = "https://scalars.graphql.org/andimarek/date-time.html"
)]
impl ScalarType for DateTime {
    fn parse(_: Value) -> InputValueResult<Self> {
        Err(InputValueError::custom("no input takes an instant"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339())
    }
}

/// Somebody who registered.
#[derive(SimpleObject)]
pub(super) struct User {
    /// Stays the same for as long as the account lives. A pending address that is registered again gets a new one.
    id: ID,
    /// The address as it was typed.
    email: String,
    /// Whether the mailbox is proved.
    status: UserStatus,
    /// When the registration was accepted.
    created_at: DateTime,
    /// When the mailed code was given; null while pending.
    activated_at: Option<DateTime>,
}

impl From<account::User> for User {
    fn from(user: account::User) -> Self {
        Self {
            id: user.id.into(),
            email: user.email,
            status: match user.status {
                account::Status::Pending => UserStatus::Pending,
                account::Status::Active => UserStatus::Active,
            },
            created_at: DateTime(user.created_at),
            activated_at: user.activated_at.map(DateTime),
        }
    }
}

/// How far a user has come.
#[derive(Enum, Copy, Clone, PartialEq, Eq)]
pub(super) enum UserStatus {
    /// Registered; the mailed code was not given yet.
    Pending,
    /// May sign in.
    Active,
}

/// An opaque bearer token: `Authorization: Bearer <token>`. Shown once; only its digest is stored.
#[derive(SimpleObject)]
pub(super) struct Session {
    /// Names the session; it is no secret.
    id: ID,
    /// The secret.
    token: String,
    /// The absolute end. Using the session within `idleTimeoutSeconds` keeps it until then.
    expires_at: DateTime,
    /// How long the session lives without being used.
    idle_timeout_seconds: i32,
    /// Whose session it is.
    user: User,
}

impl Session {
    pub(super) fn new(opened: OpenedSession, user: account::User, policy: &Policy) -> Self {
        Self {
            id: opened.id.into(),
            token: opened.token.reveal(),
            expires_at: DateTime(opened.expires_at),
            idle_timeout_seconds: whole_seconds(policy.session_idle),
            user: user.into(),
        }
    }
}

/// What a sign-up form needs before anyone has typed.
#[derive(SimpleObject)]
pub(super) struct RegistrationPolicy {
    /// In Unicode code points.
    password_min_length: usize,
    /// In Unicode code points.
    password_max_length: usize,
    /// How many digits a code usually has; the answer to `register` tells it for its mail.
    code_length: u8,
    /// How long a code can be used, in seconds from its sending.
    code_ttl_seconds: i32,
    /// How many times a code can be tried.
    code_max_attempts: u8,
    /// How long after one mail another one can be asked for, in seconds.
    resend_cooldown_seconds: i32,
}

impl From<&Policy> for RegistrationPolicy {
    fn from(policy: &Policy) -> Self {
        Self {
            password_min_length: MIN_PASSWORD_LENGTH,
            password_max_length: MAX_PASSWORD_LENGTH,
            code_length: policy.code_length,
            code_ttl_seconds: whole_seconds(policy.code_ttl),
            code_max_attempts: CODE_MAX_ATTEMPTS,
            resend_cooldown_seconds: whole_seconds(policy.resend_cooldown()),
        }
    }
}

/// Who wants an account.
#[derive(InputObject)]
pub(super) struct RegisterInput {
    /// At most 254 octets. Space around it is dropped; case does not matter.
    pub email: String,
    /// 8 to 128 characters of any kind, used exactly as they are.
    pub password: String,
}

/// What proves the mailbox.
#[derive(InputObject)]
pub(super) struct ActivateInput {
    /// The digits from the mail, with leading zeros.
    pub activation_code: String,
}

/// Who wants a session.
#[derive(InputObject)]
pub(super) struct SignInInput {
    /// The address that was registered.
    pub email: String,
    /// The password that was registered with it.
    pub password: String,
}

/// The answer to `register`. It is the same whether the email was known or not.
#[derive(SimpleObject, Default)]
pub(super) struct RegisterPayload {
    /// How long the mailed code can be used, in seconds from its sending: an estimate, so never disable the input at
    /// zero. Null when refused.
    pub code_expires_in_seconds: Option<i32>,
    /// How many digits the mailed code has: boxes to draw. Null when refused.
    pub code_length: Option<u8>,
    /// When another mail can be asked for, in seconds. Null when refused.
    pub resend_available_in_seconds: Option<i32>,
    /// Why it was refused; empty when it was not.
    pub user_errors: Vec<UserError>,
}

impl From<Mailing> for RegisterPayload {
    fn from(mailing: Mailing) -> Self {
        Self {
            code_expires_in_seconds: Some(whole_seconds(mailing.code_ttl)),
            code_length: Some(mailing.code_length),
            resend_available_in_seconds: Some(whole_seconds(mailing.resend_in)),
            user_errors: Vec::new(),
        }
    }
}

/// The answer to `resendActivationCode`.
#[derive(SimpleObject, Default)]
pub(super) struct ResendActivationCodePayload {
    /// How long the mailed code can be used, in seconds from its sending: an estimate. Null when refused.
    pub code_expires_in_seconds: Option<i32>,
    /// How many digits the mailed code has. Null when refused.
    pub code_length: Option<u8>,
    /// When another mail can be asked for, in seconds. Null when refused.
    pub resend_available_in_seconds: Option<i32>,
    /// Why it was refused; empty when it was not.
    pub user_errors: Vec<UserError>,
}

impl From<Mailing> for ResendActivationCodePayload {
    fn from(mailing: Mailing) -> Self {
        let RegisterPayload {
            code_expires_in_seconds,
            code_length,
            resend_available_in_seconds,
            user_errors,
        } = mailing.into();
        Self {
            code_expires_in_seconds,
            code_length,
            resend_available_in_seconds,
            user_errors,
        }
    }
}

/// The answer to `activate`.
#[derive(SimpleObject, Default)]
pub(super) struct ActivatePayload {
    /// The user, active now or before; null when refused for another reason than `ALREADY_ACTIVATED`.
    pub user: Option<User>,
    /// A session, so that a frontend need not ask for the password again. Null when refused.
    pub session: Option<Session>,
    /// Why it was refused; empty when it was not.
    pub user_errors: Vec<UserError>,
}

/// The answer to `signIn`.
#[derive(SimpleObject, Default)]
pub(super) struct SignInPayload {
    /// The session. Null when refused.
    pub session: Option<Session>,
    /// Why it was refused; empty when it was not.
    pub user_errors: Vec<UserError>,
}

/// The answer to `signOut`.
#[derive(SimpleObject, Default)]
pub(super) struct SignOutPayload {
    /// Always empty so far.
    pub user_errors: Vec<UserError>,
}
