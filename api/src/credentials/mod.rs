//! Credentials: an email address and a password.

mod breached;
mod current_password;
mod email_address;
mod hasher;
mod limited_check;
mod network_locks;
mod password;
mod stored_hash;
mod strength;
mod strength_checks;
mod verify;
mod worker_pool;

pub use breached::BreachedPasswords;
pub use email_address::{EmailAddress, InvalidEmail};
pub use hasher::{HashPermit, Hasher, HashingConfig, cores};
pub use limited_check::{PasswordChecks, VerifyError};
pub use password::{
    MAX_LENGTH as MAX_PASSWORD_LENGTH, MIN_LENGTH as MIN_PASSWORD_LENGTH, NewPassword, Password, PasswordLength,
};
pub(crate) use stored_hash::check_hash;
pub use stored_hash::{HashImplementation, InvalidHash};
#[cfg(feature = "testing")]
pub(crate) use stored_hash::{Memory, StoredHash};
pub(crate) use strength::TooWeak;
#[cfg(feature = "testing")]
pub(crate) use strength::check as check_strength;
pub use strength_checks::StrengthChecks;
pub use verify::{Credentials, Identity};
pub use worker_pool::Overloaded;
