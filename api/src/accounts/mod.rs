//! The use cases, one file each, in the order of a person's life: `register`, `resend`, `activate`, `sign_in`, `me`,
//! `sessions`, `request_password_reset` and `reset_password`, `change_password`, `request_email_change` and
//! `confirm_email_change`, `sign_out`, `delete_account`. Then those of an operator:
//! `activate_by_operator`, `disable_user`, `enable_user`, `end_sessions`, `delete_user`, `import_users`,
//! `after_restore`.
//!
//! ```text
//!   register ──► PENDING ──activate──► ACTIVE ──signIn──► session
//!                 ▲   │ ▲
//!        register ┘   │ └ resend (a new code)
//!                     └ swept after a day
//! ```
//!
//! A pending registration is an open verification; only an active user is a row of `users`. Three rules hold
//! throughout:
//!
//! - Whatever must happen once is one guarded statement, keyed by the id that was proved.
//! - Nothing is hashed or sent inside a transaction.
//! - No answer tells a stranger who is registered.

mod account;
mod activate;
mod activate_by_operator;
mod after_restore;
mod change_password;
mod client_limit;
mod code_request;
mod code_try;
mod confirm_email_change;
mod current_password;
mod delete_account;
mod delete_user;
mod disable_user;
mod enable_user;
mod end_sessions;
mod error;
mod events;
mod import_users;
mod list_accounts;
pub mod mails;
mod me;
mod notice;
mod operator;
mod register;
mod registration;
mod request_email_change;
mod request_password_reset;
mod resend;
mod reset_password;
mod sessions;
mod set_password;
mod sign_in;
mod sign_out;
mod step;
mod stored_address;
mod sweep;
mod user;
mod verify;

pub use account::{Account, AccountKey, AccountStatus, find_account};
pub use activate::{activate, activate_registration};
pub use activate_by_operator::{OperatorActivation, activate_by_operator};
pub use after_restore::{EndedByRestore, after_restore};
pub use change_password::{change_password, replace_password};
pub use code_request::{CodeSent, StartedVerification};
pub use confirm_email_change::{complete as complete_email_change, confirm_email_change};
pub use delete_account::{delete_account, delete_verified};
pub use delete_user::{delete_registration, delete_user};
pub use disable_user::disable_user;
pub use enable_user::enable_user;
pub use end_sessions::end_sessions;
pub use error::DomainError;
pub use events::{list_events, next_events};
pub use import_users::{ImportOutcome, ImportedUser, import_users, would_import};
pub use list_accounts::{next_pending, next_users};
pub use me::{me_by_password, me_by_session};
pub use operator::Operator;
pub use register::register;
pub use registration::{RegistrationKey, RegistrationProof, find_registration};
pub use request_email_change::{NewAddress, request_email_change, request_verified as request_email_change_verified};
pub use request_password_reset::request_password_reset;
pub use resend::{resend_activation_code, resend_for};
pub use reset_password::{complete as complete_password_reset, reset_password};
pub use sessions::{find_session, list_sessions, revoke_other_sessions, revoke_session};
pub use sign_in::{sign_in, sign_in_verified};
pub use sign_out::sign_out;
pub use sweep::{keep_sweeping, sweep};
pub use user::{User, UserStatus};
pub use verify::verify;
