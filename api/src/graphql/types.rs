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

/// An instant as RFC 3339 writes it, in UTC with milliseconds: `2026-11-22T14:13:21.042Z`. `new Date(text)` reads it.
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

/// Somebody who registered, pending or active. Only who proved to be this user sees it.
#[derive(SimpleObject)]
pub(super) struct User {
    /// A UUID. Stays the same for as long as the account lives; a pending address that is registered again gets a new
    /// one.
    id: ID,
    /// The address as it was typed when it was registered, to be shown.
    email: String,
    /// Whether the mailbox is proved.
    status: UserStatus,
    /// When the registration was accepted; of several for one address, the newest.
    created_at: DateTime,
    /// When the right code was given; null while `status` is `PENDING`.
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
    /// Registered, but the mailed code was not given yet: show the form for the code. Gone a day after the
    /// registration.
    Pending,
    /// The mailbox is proved: may sign in.
    Active,
}

/// A sign-in that lasts. Send its token with every request that is made for the user: `Authorization: Bearer <token>`.
#[derive(SimpleObject)]
pub(super) struct Session {
    /// A UUID that names the session; no secret.
    id: ID,
    /// The secret, an opaque text. Shown this once, since only its digest is stored. Who has it is the user: keep it
    /// out of URLs, logs and caches.
    token: String,
    /// The absolute end, whatever happens before. Using the session within `idleTimeoutSeconds` keeps it until then.
    /// After it the token is `UNAUTHENTICATED`: ask to sign in.
    expires_at: DateTime,
    /// How long the session lives without being used, in seconds. Each query for `me` is a use.
    idle_timeout_seconds: i32,
    /// Whose session it is, so that no query for `me` need follow.
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

/// The operator's numbers that a sign-up form needs before anyone has typed. They change with a restart at most.
#[derive(SimpleObject)]
pub(super) struct RegistrationPolicy {
    /// The fewest characters of a password, in Unicode code points (`[...password].length`).
    password_min_length: usize,
    /// The most characters of a password, in Unicode code points. Do not cut what is longer: say so.
    password_max_length: usize,
    /// How many digits a code usually has, 4 to 8. One mail's code can have 8 where it usually is less, so draw the
    /// boxes by the `codeLength` that `register` and `resendActivationCode` answer.
    code_length: u8,
    /// How long a code can be used, in seconds from the sending of its mail.
    code_ttl_seconds: i32,
    /// How many times a code can be tried; then another one has to be asked for.
    code_max_attempts: u8,
    /// How long after one mail to an address another one can be asked for, in seconds.
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
    /// The address that the code is mailed to. At most 254 octets; space around it is dropped, case does not matter.
    /// What cannot be one is `INVALID_EMAIL`.
    pub email: String,
    /// 8 to 128 Unicode code points of any kind, used exactly as they are: never trim or change them. See
    /// `registrationPolicy` for the numbers.
    pub password: String,
}

/// What proves the mailbox.
#[derive(InputObject)]
pub(super) struct ActivateInput {
    /// The digits from the mail, 4 to 8 of them, as a text with its leading zeros: `"0042"`. Drop the spaces that a
    /// paste brings along; anything but digits is `INVALID_CODE` and costs no try.
    pub activation_code: String,
}

/// Who wants a session.
#[derive(InputObject)]
pub(super) struct SignInInput {
    /// The address that was registered; case does not matter.
    pub email: String,
    /// The password that was registered with it, exactly as it was typed.
    pub password: String,
}

/// The answer to `register`. It is the same whether the email was known or not, so lead everybody to the form for the
/// code.
#[derive(SimpleObject, Default)]
pub(super) struct RegisterPayload {
    /// How long the mailed code can be used, in seconds from its sending. The answer can come before the mail leaves:
    /// an estimate for a countdown, so never disable the input at zero. Null when refused.
    pub code_expires_in_seconds: Option<i32>,
    /// How many digits the mailed code has, 4 to 8: boxes to draw. Null when refused.
    pub code_length: Option<u8>,
    /// How long until another mail can be asked for, in seconds: enable the button for it then. Null when refused.
    pub resend_available_in_seconds: Option<i32>,
    /// Why it was refused; empty when it was not. Decide by this, not by the HTTP status.
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

/// The answer to `resendActivationCode`. When it is not refused, the code before is dead: empty the boxes.
#[derive(SimpleObject, Default)]
pub(super) struct ResendActivationCodePayload {
    /// How long the new code can be used, in seconds from its sending: an estimate for a countdown, so never disable
    /// the input at zero. Null when refused.
    pub code_expires_in_seconds: Option<i32>,
    /// How many digits the new code has, 4 to 8: it can be more than the one before had. Null when refused.
    pub code_length: Option<u8>,
    /// How long until another mail can be asked for, in seconds: enable the button for it then. Null when refused.
    pub resend_available_in_seconds: Option<i32>,
    /// Why it was refused; empty when it was not. Decide by this, not by the HTTP status.
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

/// The answer to `activate`. With a `session` the user is signed in.
#[derive(SimpleObject, Default)]
pub(super) struct ActivatePayload {
    /// The user, who is active now or was before; null when refused for another reason than `ALREADY_ACTIVATED`.
    pub user: Option<User>,
    /// A session, so that a frontend need not ask for the password again. Null when refused, also with
    /// `ALREADY_ACTIVATED`: go on to `signIn` then.
    pub session: Option<Session>,
    /// Why it was refused; empty when it was not. Decide by this, not by the HTTP status.
    pub user_errors: Vec<UserError>,
}

/// The answer to `signIn`.
#[derive(SimpleObject, Default)]
pub(super) struct SignInPayload {
    /// The session that was opened. Null when refused.
    pub session: Option<Session>,
    /// Why it was refused; empty when it was not. Decide by this, not by the HTTP status.
    pub user_errors: Vec<UserError>,
}

/// The answer to `signOut`. Drop the token whatever it says.
#[derive(SimpleObject, Default)]
pub(super) struct SignOutPayload {
    /// Always empty so far; look at it nevertheless, since later versions may refuse.
    pub user_errors: Vec<UserError>,
}
