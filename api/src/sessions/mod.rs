//! Sessions: opaque bearer tokens, of which the database holds only digests.

mod lookup;
mod open;
mod revoke;

pub(crate) use lookup::FoundSession;
pub use lookup::SessionLookup;
pub use open::OpenedSession;
pub(crate) use open::{needs_touch, open, touch};
pub(crate) use revoke::revoke;

use crate::token::Token;

/// What a [`SessionToken`] names.
pub enum Session {}

/// A bearer token (RFC 6750): its holder acts as the user.
pub type SessionToken = Token<Session>;
