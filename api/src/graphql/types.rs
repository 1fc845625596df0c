//! The types that answers share.

use async_graphql::{ComplexObject, Context, Enum, ID, SimpleObject};
use sea_orm::prelude::Uuid;

use super::account_events::{self, AccountEventConnection};
use super::cursor::DEFAULT_PAGE;
use super::date_time::DateTime;
use super::errors::{ApiError, whole_seconds};
use super::user_sessions::{self, UserSessionConnection};
use crate::accounts;
use crate::credentials::{MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH};
use crate::limits::EMAIL_COOLDOWN;
use crate::policy::Policy;
use crate::sessions::OpenedSession;
use crate::verification::CODE_MAX_ATTEMPTS;

/// A registered person, pending or active. Visible only to the user themselves.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(super) struct User {
    #[graphql(skip)]
    key: (Uuid, accounts::UserStatus),
    /// A UUID. It stays the same for the life of the account. Registering a pending address again gives it a new one.
    id: ID,
    /// The address as typed at registration, for display.
    email: String,
    /// Whether the mailbox is verified.
    status: UserStatus,
    /// The language of emails to the user (BCP 47). Null for the default of the server.
    locale: Option<String>,
    /// When the registration was accepted; for an address that registered several times, the newest.
    created_at: DateTime,
    /// When the account was activated. Null while `status` is `PENDING`.
    activated_at: Option<DateTime>,
}

impl From<accounts::User> for User {
    fn from(user: accounts::User) -> Self {
        Self {
            key: (user.id, user.status),
            id: user.id.into(),
            email: user.email.0,
            status: user.status.into(),
            locale: user.locale,
            created_at: DateTime(user.created_at),
            activated_at: user.activated_at.map(DateTime),
        }
    }
}

#[ComplexObject]
impl User {
    /// The sessions in which the user is signed in, the latest used first. A user has at most 50: opening one more ends
    /// the one idle longest. Empty for a pending user.
    async fn sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 0 to 50.", default_with = "Some(DEFAULT_PAGE)")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
    ) -> Result<UserSessionConnection, ApiError> {
        // async-graphql has one type of future for all fields. Boxed, this one does not make those of the others large.
        Box::pin(user_sessions::page(
            ctx,
            self.key,
            first.unwrap_or(DEFAULT_PAGE),
            after.as_deref(),
        ))
        .await
    }

    /// What happened to the account, the newest first, for as long as the server keeps it. Empty for a pending user.
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 0 to 50.", default_with = "Some(DEFAULT_PAGE)")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
    ) -> Result<AccountEventConnection, ApiError> {
        account_events::page(ctx, self.key, first.unwrap_or(DEFAULT_PAGE), after.as_deref()).await
    }
}

/// Whether the account is activated.
#[derive(Enum, Copy, Clone, PartialEq, Eq)]
#[graphql(remote = "accounts::UserStatus")]
pub(super) enum UserStatus {
    /// Registered but not activated: show the code form. A pending registration expires after 24 hours.
    Pending,
    /// Activated: can sign in.
    Active,
}

/// A signed-in session. Send its token with every request of the user: `Authorization: Bearer <token>`.
#[derive(SimpleObject)]
pub(super) struct Session {
    /// A UUID that names the session. Not a secret.
    id: ID,
    /// The secret, an opaque string. Shown once; only its digest is stored. Anyone who has it can act as the user: keep
    /// it out of URLs, logs and caches.
    token: String,
    /// When the session ends, even if it is in use. It ends earlier if it is unused for `idleTimeoutSeconds`. Then
    /// requests fail with `UNAUTHENTICATED`: ask the user to sign in.
    expires_at: DateTime,
    /// How long an unused session lives, in seconds. Each `me` query and each mutation with its token counts as a use.
    idle_timeout_seconds: i32,
    /// The signed-in user, so that no `me` query is needed.
    user: User,
}

impl Session {
    pub(super) fn new(opened: OpenedSession, user: accounts::User, policy: &Policy) -> Self {
        Self {
            id: opened.id.into(),
            token: opened.token.reveal(),
            expires_at: DateTime(opened.expires_at),
            idle_timeout_seconds: whole_seconds(policy.session_idle),
            user: user.into(),
        }
    }
}

/// What a sign-up form needs before the user types anything. The numbers change only when the server restarts.
#[derive(SimpleObject)]
pub(super) struct RegistrationPolicy {
    /// The minimum length of a password, in Unicode code points (`[...password].length`).
    password_min_length: usize,
    /// The maximum length of a password, in Unicode code points. Do not truncate a longer one: show an error.
    password_max_length: usize,
    /// How many digits a code usually has, 4 to 8. A single code can have 8, so draw the boxes by the `codeLength` that
    /// `register` and `resendActivationCode` return.
    code_length: u8,
    /// How long a code can be used, in seconds, counted from when the email is sent.
    code_ttl_seconds: i32,
    /// How many tries a code has. After them, request a new one.
    code_max_attempts: u8,
    /// How long after one email to an address the next can be requested, in seconds.
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
            resend_cooldown_seconds: whole_seconds(EMAIL_COOLDOWN),
        }
    }
}
