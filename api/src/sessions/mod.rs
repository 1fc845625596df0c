//! Sessions: opaque bearer tokens, of which the database holds only digests.

mod list;
mod lookup;
mod open;
mod revoke;

pub use list::PagePosition;
pub(crate) use list::list;
pub use lookup::{FoundSession, SessionLookup};
pub use open::OpenedSession;
pub(crate) use open::{needs_touch, open, touch};
pub(crate) use revoke::{revoke, revoke_all, revoke_excess, revoke_one, revoke_others};

use crate::token::Token;

/// What a [`SessionToken`] names.
pub enum Session {}

/// A bearer token (RFC 6750): its holder acts as the user.
pub type SessionToken = Token<Session>;
