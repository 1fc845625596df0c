//! Sessions: opaque bearer tokens, of which the database holds only digests.

mod lookup;
mod open;
mod revoke;
mod token;

pub(crate) use lookup::FoundSession;
pub use lookup::SessionLookup;
pub use open::OpenedSession;
pub(crate) use open::{open, touch};
pub(crate) use revoke::revoke;
pub use token::SessionToken;
