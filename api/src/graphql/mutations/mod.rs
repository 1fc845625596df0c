//! The mutations, one file an area: each parses its input, calls one use case and shapes the answer. Each boxes its use
//! case: async-graphql has one type of future for all mutations, as large as the largest of them.

mod account;
mod email_change;
mod password_reset;
mod registration;
mod sessions;

use async_graphql::MergedObject;

use self::account::AccountMutations;
use self::email_change::EmailChangeMutations;
use self::password_reset::PasswordResetMutations;
use self::registration::RegistrationMutations;
use self::sessions::SessionMutations;

/// Mutations. Each answers with a payload: expected failures are in its `userErrors`, everything else is a top-level
/// error (`extensions.code`: `UNAUTHENTICATED`, `OVERLOADED` …). A request may contain one operation that checks a
/// password or a code or sends an email: do not batch.
#[derive(MergedObject, Default)]
pub(crate) struct Mutation(
    RegistrationMutations,
    SessionMutations,
    PasswordResetMutations,
    EmailChangeMutations,
    AccountMutations,
);
