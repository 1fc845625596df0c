//! Protects against DNS rebinding: a web page can point its own host name to this machine after it is loaded. For the
//! browser the mailbox then has the same origin as the page, so CORS does not apply; but the header `Host` still has the
//! name of the page. So only names that no stranger can own are allowed, and those in the configuration.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::HOST;
use axum::http::uri::Authority;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::error::HttpError;

/// The allowed host names from the configuration.
#[derive(Clone)]
pub(crate) struct AllowedHosts(Arc<[String]>);

impl AllowedHosts {
    pub(crate) fn new(allowed: Vec<String>) -> Self {
        Self(allowed.into())
    }

    fn allows(&self, host: &HeaderValue) -> bool {
        let host = host.to_str().ok().and_then(|text| text.parse::<Authority>().ok());
        host.is_some_and(|host| {
            is_local(host.host()) || self.0.iter().any(|name| name.eq_ignore_ascii_case(host.host()))
        })
    }
}

/// A request without `Host`, as in HTTP/1.0, is allowed: browsers always send it.
pub(super) async fn require(State(allowed): State<AllowedHosts>, request: Request, next: Next) -> Response {
    let mut hosts = request.headers().get_all(HOST).iter();
    match hosts.find(|host| !allowed.allows(host)) {
        Some(host) => {
            let host = String::from_utf8_lossy(host.as_bytes());
            let message = format!(
                "the host name {host} is not allowed: use localhost or an IP address, or start mailer-mock with \
                 --allowed-host and this name"
            );
            HttpError::new(StatusCode::MISDIRECTED_REQUEST, message).into_response()
        }
        None => next.run(request).await,
    }
}

/// An IP address, this machine, or a name without a dot, such as containers use among themselves.
fn is_local(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(v6) => v6.parse::<Ipv6Addr>().is_ok(),
        None => !host.contains('.') || host.ends_with(".localhost") || host.parse::<Ipv4Addr>().is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allows_local_and_configured_names() {
        let allowed = AllowedHosts::new(vec!["mail.example.com".to_owned()]);
        for (host, expected) in [
            ("localhost", true),
            ("localhost:8025", true),
            ("LocalHost:8025", true),
            ("mail.localhost:8025", true),
            ("127.0.0.1:8025", true),
            ("192.168.0.7", true),
            ("[::1]", true),
            ("[::1]:8025", true),
            ("[fe80::1]:8025", true),
            ("mailer-mock:8025", true),
            ("mailer_mock", true),
            ("mail.example.com", true),
            ("Mail.Example.com:443", true),
            ("evil.example", false),
            ("evil.example:8025", false),
            ("evil.mail.example.com", false),
            ("localhost.evil.example:8025", false),
            ("notlocalhost.evil:8025", false),
            ("localhost@evil.example:8025", false),
            ("127.0.0.1.evil.example", false),
            ("127.0.0.1.", false),
            ("evil.", false),
            ("[evil.example]", false),
            ("", false),
            ("evil.example/localhost", false),
            ("localhost, evil.example", false),
        ] {
            assert_eq!(allowed.allows(&HeaderValue::from_static(host)), expected, "{host}");
        }
    }
}
