//! HTTP: the routes, GraphQL over HTTP, and what every response has.

mod accept_language;
mod allowed_hosts;
pub(crate) mod authorization;
mod client_address;
mod connection_limits;
mod context;
mod cors;
mod every_request;
pub mod graphiql;
mod graphql;
mod headers;
mod mail_previews;
mod panics;
mod probes;
mod proxy_probe;
mod request_id;
mod request_log;
mod router;
mod user_agent;

pub use client_address::TrustedProxies;
pub(crate) use connection_limits::{METRICS_CONNECTIONS, connection_limits};
pub use cors::Origins;
pub use http_server::{AllowedHosts, Limits, serve};
pub use mail_previews::MailPreviews;
pub(crate) use mail_previews::PATH as MAIL_PREVIEWS;
pub use router::{HttpConfig, metrics_router, router};
