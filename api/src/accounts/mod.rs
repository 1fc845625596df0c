//! The use cases, one file each, in the order of a person's life: `register`, `resend`, `activate`, `sign_in`, `me`,
//! `sessions`, `request_password_reset` and `reset_password`, `change_password`, `request_email_change` and
//! `confirm_email_change`, `sign_out`, `delete_account`.
//!
//! ```text
//!   register ──► PENDING ──activate──► ACTIVE ──signIn──► session
//!                 ▲   │ ▲
//!        register ┘   │ └ resend (a new code)
//!                     └ swept after a day
//! ```
//!
//! A pending registration is an open verification; only an active user is a row of `users`. Three rules hold throughout:
//!
//! - Whatever must happen once is one guarded statement, keyed by the id that was proved.
//! - Nothing is hashed or sent inside a transaction.
//! - No answer tells a stranger who is registered.

mod activate;
mod change_password;
mod code_request;
mod code_try;
mod confirm_email_change;
mod delete_account;
mod error;
pub mod mails;
mod me;
mod new_password;
mod present_password;
mod register;
mod registration;
mod request_email_change;
mod request_password_reset;
mod resend;
mod reset_password;
mod sessions;
mod sign_in;
mod sign_out;
mod sweep;
mod user;
mod users;

pub use activate::{activate, activate_registration};
pub use change_password::{change_password, replace_password};
pub use code_request::{Begun, CodeSent};
pub use confirm_email_change::{complete as complete_email_change, confirm_email_change};
pub use delete_account::{delete_account, delete_verified};
pub use error::DomainError;
pub use me::{find_session, me_by_password, me_by_session};
pub use register::register;
pub use registration::{RegistrationKey, RegistrationProof, find_registration, verify};
pub use request_email_change::{request_email_change, request_verified as request_email_change_verified};
pub use request_password_reset::request_password_reset;
pub use resend::{resend_activation_code, resend_for};
pub use reset_password::{complete as complete_password_reset, reset_password};
pub use sessions::{list_sessions, revoke_other_sessions, revoke_session};
pub use sign_in::{sign_in, sign_in_verified};
pub use sign_out::sign_out;
pub use sweep::{keep_sweeping, sweep};
pub use user::{User, UserStatus};
