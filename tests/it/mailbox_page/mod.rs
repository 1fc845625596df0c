//! The mailbox page with emails of this server.

mod browser;
