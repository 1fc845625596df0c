//! Accounts: how a person registers, proves a mailbox, signs in and stays signed in.
//!
//! ```text
//!   register ──► PENDING ──activate──► ACTIVE ──signIn──► session
//!                 ▲   │ ▲
//!        register ┘   │ └ resend (a new code)
//!                     └ swept after a day
//! ```
//!
//! Each use case is a method of [`Accounts`] in a file of its own. Three rules hold in all of them:
//!
//! - What must happen once is one guarded statement, keyed by the id of the user whose password was proved. A pending
//!   user who was replaced meanwhile has another id, so whatever still runs for the old one finds no row.
//! - Nothing is hashed or mailed inside a transaction.
//! - A refusal tells a stranger nothing about who is registered.

mod activate;
mod client;
mod client_limit;
mod code;
mod credentials;
mod drawing;
mod email_address;
mod limits;
mod password;
mod rate_limit;
mod register;
mod resend;
mod session;
mod session_lookups;
mod sign_in;
mod sweep;

use std::sync::Arc;
use std::time::Duration;

use entity::{Timestamp, user};
use sea_orm::prelude::Uuid;
use sea_orm::{ConnAcquireErr, DatabaseConnection, DbErr};

pub use client::Client;
pub use client_limit::ClientLimit;
pub use code::{Code, InvalidCode, MAX_LENGTH as MAX_CODE_LENGTH, MIN_LENGTH as MIN_CODE_LENGTH};
pub use credentials::{Credentials, Proved};
pub(crate) use drawing::{MailedCode, Wanted};
pub use email_address::{EmailAddress, InvalidEmail};
pub use entity::user::Status;
pub use password::{
    MAX_LENGTH as MAX_PASSWORD_LENGTH, MIN_LENGTH as MIN_PASSWORD_LENGTH, NewPassword, Password, PasswordLength,
};
pub use session::{OpenedSession, SessionToken};
pub use session_lookups::SessionLookups;

use crate::clock::SharedClock;
use crate::hashing::{Hasher, Overloaded};
use crate::keys::Keys;
use crate::mail::outbox::Waker;
use crate::random::SharedRandom;

/// How many tries a code has. Its digits are few (below the 20 bits of OWASP ASVS 6.5.4), so its tries must be.
pub const CODE_MAX_ATTEMPTS: u8 = 3;

/// The numbers that an operator may choose.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// Digits of a mailed code.
    pub code_length: u8,
    /// How long a code can be used.
    pub code_ttl: Duration,
    /// The absolute life of a session.
    pub session_ttl: Duration,
    /// How long a session lives without being used.
    pub session_idle: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            code_length: 4,
            code_ttl: Duration::from_mins(1),
            session_ttl: Duration::from_hours(30 * 24),
            session_idle: Duration::from_hours(7 * 24),
        }
    }
}

impl Policy {
    /// How exact the last use of a session is known: it is written no more often than this.
    #[must_use]
    pub(crate) fn session_touch(&self) -> Duration {
        Duration::from_hours(1).min(self.session_idle / 10)
    }

    /// A session that was last used then or before is over, even if a use since was not written.
    pub(crate) fn idle_since(&self, now: Timestamp) -> Timestamp {
        now.before(self.session_idle + self.session_touch())
    }

    /// How far apart two mails are that a person can ask for.
    #[must_use]
    pub fn resend_cooldown(&self) -> Duration {
        limits::MAIL_COOLDOWN
    }
}

/// The use cases, and what they need.
#[derive(Clone)]
pub struct Accounts {
    /// Where accounts are kept.
    pub db: DatabaseConnection,
    /// The time.
    pub clock: SharedClock,
    /// Ids, salts, draws and tokens.
    pub random: SharedRandom,
    /// Passwords.
    pub hasher: Hasher,
    /// Codes and limits.
    pub keys: Arc<Keys>,
    /// The operator's numbers.
    pub policy: Policy,
    /// How much one client may ask for.
    pub client_limit: ClientLimit,
    /// Whose session a token opens.
    pub sessions: SessionLookups,
    /// Tells the mail workers that a mail is owed.
    pub outbox: Waker,
}

/// A user, as others may see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// UUID version 7.
    pub id: Uuid,
    /// The address as it was typed.
    pub email: String,
    /// Pending or active.
    pub status: Status,
    /// When the registration was accepted.
    pub created_at: Timestamp,
    /// When the code was given.
    pub activated_at: Option<Timestamp>,
}

impl From<user::Model> for User {
    fn from(row: user::Model) -> Self {
        Self {
            id: row.id,
            email: row.email.0,
            status: row.status,
            created_at: row.created_at,
            activated_at: row.activated_at,
        }
    }
}

/// A mail is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mailing {
    /// How long the code in it can be used, from its sending.
    pub code_ttl: Duration,
    /// How many digits the code has.
    pub code_length: u8,
    /// How long until another one can be asked for.
    pub resend_in: Duration,
}

/// Why something was not done.
#[derive(Debug)]
pub enum Error {
    /// As the rules have it; the person can do something about it.
    Refused(Refusal),
    /// Too much at once: passwords, or whoever waits for the database.
    Overloaded,
    /// The database failed.
    Database(DbErr),
    /// What must not happen did.
    Broken(&'static str),
}

/// What a person is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The password is trivially guessable; what would make a better one.
    PasswordTooWeak(Vec<String>),
    /// Address and password do not belong together.
    InvalidCredentials,
    /// The mailbox is not proved yet.
    NotActivated,
    /// There is nothing to activate: this user is active.
    AlreadyActivated(Box<User>),
    /// Not the code that was mailed; how many tries are left, where one was spent.
    InvalidCode(Option<u8>),
    /// The code's time is over.
    CodeExpired,
    /// The code's tries are spent.
    TooManyAttempts,
    /// A limit was reached; how long until trying again can help.
    RateLimited(Duration),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        if let DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) = error {
            tracing::warn!("no connection to the database was to be had in time");
            return Self::Overloaded;
        }
        Self::Database(error)
    }
}

impl From<Overloaded> for Error {
    fn from(Overloaded: Overloaded) -> Self {
        Self::Overloaded
    }
}
