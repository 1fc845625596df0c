//! What all connections share.

use crate::config::Credentials;
use crate::faults::Faults;
use crate::mailbox::Mailbox;
use crate::metrics::Connections;
use crate::tls::Tls;

/// What all connections share.
#[derive(Clone)]
pub(crate) struct Service {
    pub(crate) mailbox: Mailbox,
    pub(crate) faults: Faults,
    /// For STARTTLS, if it is offered.
    pub(crate) tls: Option<Tls>,
    /// The login to require, if any.
    pub(crate) login: Option<Credentials>,
    pub(crate) connections: Connections,
}
