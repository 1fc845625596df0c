use axum::extract::FromRef;

use super::allowed_hosts::AllowedHosts;
use super::certificate::Certificate;
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
    pub(crate) certificate: Certificate,
    pub(crate) allowed_hosts: AllowedHosts,
}
