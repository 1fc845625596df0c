use std::sync::Arc;

use axum::extract::FromRef;
use http_server::AllowedHosts;

use super::page::IndexPage;
use crate::faults::Faults;
use crate::mailbox::Mailbox;
use crate::metrics::Connections;

/// The state that the routes share. Each route extracts the part that it needs.
#[derive(Clone, FromRef)]
pub(crate) struct App {
    pub(crate) mailbox: Mailbox,
    pub(crate) faults: Faults,
    pub(crate) connections: Connections,
    pub(crate) page: IndexPage,
    /// The certificate for STARTTLS, if it is offered.
    pub(crate) certificate: Option<Arc<str>>,
    pub(crate) allowed_hosts: AllowedHosts,
}
