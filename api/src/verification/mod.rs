//! Verifications: changes that wait for an emailed code. One mechanism serves every purpose.
//!
//! ```text
//!   begin ──► open ──draw──► code in an email ──spend_try──► right code ──consume──► consumed
//!              │                                                                        │
//!              └─────────────── swept after its lifetime ───────────────────────────────┘
//! ```
//!
//! Whatever must happen once is one guarded statement, keyed by the verification's id. A newer verification has another
//! id, so a request or an email in flight for the old one finds no row.

mod code;
mod draw;
mod end;
mod lifecycle;

use std::time::Duration;

use entity::Purpose;

pub use code::{Code, InvalidCode, MAX_LENGTH as MAX_CODE_LENGTH, MIN_LENGTH as MIN_CODE_LENGTH};
pub(crate) use draw::{CodeRules, DrawRequest, DrawnCode, SAME_CODE, draw};
pub(crate) use end::{end, end_with_emails, lock};
pub(crate) use lifecycle::{
    Effect, NewVerification, consume, find_by_id, find_by_token, is_expired, prepare, record_proof, replace_email,
    return_try, spend_try,
};

use crate::policy::Policy;
use crate::token::Token;

/// What a [`VerificationToken`] names.
pub enum Verification {}

/// Says which verification is meant, and that the caller began it (OWASP ASVS 6.6.2). It proves nothing about the
/// mailbox.
pub type VerificationToken = Token<Verification>;

/// How many tries a code has. Its few digits (below the 20 bits of OWASP ASVS 6.5.4) allow no more.
pub const CODE_MAX_ATTEMPTS: u8 = 3;

/// Digits of a code that concerns an account that exists.
pub(crate) const ACCOUNT_CODE_LENGTH: u8 = 8;

/// How long a code that concerns an account that exists can be used.
pub(crate) const ACCOUNT_CODE_TTL: Duration = Duration::from_mins(10);

/// How the codes of a purpose are drawn.
pub(crate) fn code_rules(purpose: Purpose, policy: &Policy) -> CodeRules {
    match purpose {
        Purpose::Registration => CodeRules {
            digits: policy.code_length,
            ttl: policy.code_ttl,
        },
        Purpose::PasswordReset | Purpose::EmailChange => CodeRules {
            digits: ACCOUNT_CODE_LENGTH,
            ttl: ACCOUNT_CODE_TTL,
        },
    }
}

/// How long a verification of a purpose stays open.
#[must_use]
pub const fn lifetime(purpose: Purpose) -> Duration {
    match purpose {
        Purpose::Registration => Duration::from_hours(24),
        Purpose::PasswordReset | Purpose::EmailChange => Duration::from_hours(1),
    }
}
