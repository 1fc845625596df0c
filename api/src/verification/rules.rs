//! The rules of each purpose: how long its verifications stay open, and what its codes are like.

use std::time::Duration;

use entity::Purpose;

use super::draw::CodeRules;
use crate::policy::Policy;

/// How many tries a code has. Its few digits (below the 20 bits of OWASP ASVS 6.5.4) allow no more.
pub const CODE_MAX_ATTEMPTS: u8 = 3;

/// Digits of a code that concerns an account that exists.
const ACCOUNT_CODE_LENGTH: u8 = 8;

/// How long a code that concerns an account that exists can be used.
const ACCOUNT_CODE_TTL: Duration = Duration::from_mins(10);

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
