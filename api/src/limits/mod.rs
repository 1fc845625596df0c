//! The rate limits and their numbers. `docs/security.md` explains the numbers.
//!
//! Limits in the database hold across replicas and restarts. A limit has one row for each secret key, of which there are
//! two during a rotation. One guarded upsert both checks and takes, so parallel callers queue on the row. There are two
//! kinds: `sliding_window` and `token_bucket`.

mod client_limit;
pub(crate) mod guess_guard;
mod limit;
pub(crate) mod sliding_window;
pub(crate) mod token_bucket;

use std::time::Duration;

use entity::Purpose;
use sea_orm::prelude::Uuid;

pub use client_limit::ClientLimit;
pub(crate) use limit::Limit;

use crate::client::Client;
use crate::keys::LimitKeys;

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// No limit reaches further into the future: ten tries of codes, each in use for a day.
pub(crate) const LONGEST_REACH: Duration = Duration::from_hours(10 * 24);

/// The pause between two emails to one address that one client network asks for.
pub const EMAIL_COOLDOWN: Duration = Duration::from_secs(30);

/// Digits of a code for an address whose guess guard is tripped.
const GUARDED_CODE_LENGTH: u8 = 8;

/// Emails with codes of a purpose to one address. Sliding windows.
///
/// The row that all clients share comes first: requests for one address queue on it, so that of two registrations one
/// is over before the other begins.
pub(crate) fn emails(keys: &LimitKeys, purpose: Purpose, address: &str, client: &Client) -> [Limit; 3] {
    let (all, cooldown, network) = match purpose {
        Purpose::Registration | Purpose::EmailChange => ("emails", "email cooldown", "emails of a network"),
        // A budget of its own, so that nobody can block an owner's reset by registering their address.
        Purpose::PasswordReset => ("resets", "reset cooldown", "resets of a network"),
    };
    [
        Limit::of(keys, all, address, None, 10, HOUR),
        Limit::of(keys, cooldown, address, Some(client), 1, EMAIL_COOLDOWN),
        Limit::of(keys, network, address, Some(client), 3, HOUR),
    ]
}

/// Failed checks of the password of one address, registered or not. Token buckets.
pub(crate) fn password_failures(keys: &LimitKeys, address: &str, client: &Client) -> [Limit; 2] {
    [
        Limit::of(keys, "passwords of a network", address, Some(client), 6, 30 * MINUTE),
        Limit::of(keys, "passwords", address, None, 12, 20 * MINUTE),
    ]
}

/// Failed checks of the current password of a signed-in user. A token bucket. A separate limit, because anyone who
/// knows the address can use up the ones above.
pub(crate) fn current_password_failures(keys: &LimitKeys, user: Uuid) -> Limit {
    Limit::of(keys, "current passwords", &user.to_string(), None, 6, 30 * MINUTE)
}

/// Tries of the activation codes of one address, whatever is registered or sent again in between. A guess guard.
pub(crate) fn activation_tries(keys: &LimitKeys, address: &str) -> Limit {
    Limit::of(keys, "activation tries", address, None, 10, DAY)
}

/// Requests of a user to change their address, each of which sends a notice to the current one. A sliding window.
pub(crate) fn email_changes(keys: &LimitKeys, user: Uuid) -> Limit {
    Limit::of(keys, "email changes", &user.to_string(), None, 10, HOUR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_limit_reaches_further_than_the_longest() {
        let keys = crate::keys::Keys::derive(&vec![1; 32].into(), None);
        let client = Client::at([192, 0, 2, 1].into());
        let emails = [Purpose::Registration, Purpose::PasswordReset].map(|of| emails(&keys.limits, of, "a@b", &client));
        let all = emails.into_iter().flatten();
        let all = all.chain(password_failures(&keys.limits, "a@b", &client));
        let others = [
            current_password_failures(&keys.limits, Uuid::nil()),
            activation_tries(&keys.limits, "a@b"),
            email_changes(&keys.limits, Uuid::nil()),
        ];
        for limit in all.chain(others) {
            assert!(limit.interval * u32::from(limit.capacity) <= LONGEST_REACH, "{limit:?}");
        }
    }
}
