//! By which names this server is called: those that no stranger can own. A page from elsewhere can have its own name lead
//! to this machine once it is loaded (DNS rebinding). To the browser the mailbox is then of the page's own origin, in
//! which CORS has no say; but it goes on to send the name.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::HOST;
use axum::http::uri::Authority;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::error::Refusal;

/// The names that were allowed beside those that are safe by themselves.
#[derive(Clone)]
pub(crate) struct Names(Arc<[String]>);

impl Names {
    pub(crate) fn new(allowed: Vec<String>) -> Self {
        Self(allowed.into())
    }

    fn know(&self, host: &HeaderValue) -> bool {
        let host = host.to_str().ok().and_then(|text| text.parse::<Authority>().ok());
        host.is_some_and(|host| {
            is_nobodys(host.host()) || self.0.iter().any(|name| name.eq_ignore_ascii_case(host.host()))
        })
    }
}

/// Every browser says a `Host`; who says none, as HTTP/1.0 allows, is none.
pub(super) async fn answer_to_known_ones(State(names): State<Names>, request: Request, next: Next) -> Response {
    let mut hosts = request.headers().get_all(HOST).iter();
    let refusal = hosts.find(|host| !names.know(host)).map(refusal);
    match refusal {
        Some(refusal) => refusal.into_response(),
        None => next.run(request).await,
    }
}

fn refusal(host: &HeaderValue) -> Refusal {
    let host = String::from_utf8_lossy(host.as_bytes());
    Refusal::new(
        StatusCode::MISDIRECTED_REQUEST,
        format!(
            "this mailbox does not answer to the name {host}, which could be a stranger's: use localhost or an IP \
             address, or start mailer-mock with --allowed-host and that name"
        ),
    )
}

/// An IP address, this machine, or a name of one word, such as containers have among themselves.
fn is_nobodys(host: &str) -> bool {
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
    fn names_that_a_stranger_could_own_are_not_known() {
        let names = Names::new(vec!["mail.example.com".to_owned()]);
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
            assert_eq!(names.know(&HeaderValue::from_static(host)), expected, "{host}");
        }
    }
}
