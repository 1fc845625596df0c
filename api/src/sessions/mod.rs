//! Sessions: opaque bearer tokens, of which the database holds only digests.

mod list;
mod lookup;
mod open;
mod revoke;
mod session_token;

pub use list::SessionPosition;
pub(crate) use list::list;
pub use lookup::{FoundSession, SessionLookup};
pub use open::OpenedSession;
pub(crate) use open::{NewSession, needs_touch, open, touch};
pub(crate) use revoke::{revoke, revoke_all, revoke_excess, revoke_one, revoke_others};
pub use session_token::{Session, SessionToken};
