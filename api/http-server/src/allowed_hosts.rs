//! Protects against DNS rebinding: a web page can point its own host name to this machine after it is loaded. For the
//! browser the server then has the same origin as the page, so CORS does not apply; but the request still has the name
//! of the page. So only names that no stranger can own are allowed, and those in the configuration.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use axum::http::HeaderValue;
use axum::http::header::HOST;
use axum::http::request::Parts;
use axum::http::uri::Authority;

/// The host names that requests may have.
#[derive(Clone, Debug)]
pub enum AllowedHosts {
    /// Any name.
    Any,
    /// IP addresses, this machine, names without a dot, such as containers use among themselves, and these.
    Local(Arc<[String]>),
}

impl AllowedHosts {
    /// The names that no stranger can own, and `names`.
    #[must_use]
    pub fn local_and(names: Vec<String>) -> Self {
        Self::Local(names.into())
    }

    /// Parses a name for [`Self::local_and`]. It has no scheme and no port. It is ASCII: clients send a Unicode name as
    /// `xn--…`.
    #[must_use]
    pub fn parse_name(text: &str) -> Option<String> {
        let is_host_character = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        Some(text.trim())
            .filter(|name| !name.is_empty() && name.bytes().all(is_host_character))
            // A dot at the start would not mean all subdomains.
            .filter(|name| !name.starts_with('.') && !name.contains(".."))
            .map(str::to_owned)
    }

    /// The first host name of a request that is not allowed: in its target (`GET http://name/ HTTP/1.1`) or in `Host`.
    /// A request without a name, as in HTTP/1.0, is allowed: browsers always send one.
    #[must_use]
    pub fn find_forbidden(&self, request: &Parts) -> Option<String> {
        let target = request.uri.authority().map(|authority| authority.as_str().as_bytes());
        let headers = request.headers.get_all(HOST).iter().map(HeaderValue::as_bytes);
        let forbidden = target.into_iter().chain(headers).find(|host| !self.allows(host))?;
        Some(String::from_utf8_lossy(forbidden).into_owned())
    }

    fn allows(&self, host: &[u8]) -> bool {
        let Self::Local(names) = self else {
            return true;
        };
        Authority::try_from(host).is_ok_and(|authority| {
            let host = authority.host();
            // An authority may hold user information, `Host` may not (RFC 9110 7.2).
            !authority.as_str().contains('@')
                && (is_local(host) || names.iter().any(|name| name.eq_ignore_ascii_case(host)))
        })
    }
}

fn is_local(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(v6) => v6.parse::<Ipv6Addr>().is_ok(),
        None => !host.contains('.') || host.ends_with(".localhost") || host.parse::<Ipv4Addr>().is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn forbidden(allowed: &AllowedHosts, target: &str, hosts: &[&str]) -> Option<String> {
        let (mut request, ()) = Request::get(target).body(()).expect("a request").into_parts();
        for host in hosts {
            let host = HeaderValue::from_bytes(host.as_bytes()).expect("a header");
            request.headers.append(HOST, host);
        }
        allowed.find_forbidden(&request)
    }

    #[test]
    fn name_has_no_scheme_and_no_port() {
        for name in [
            "api.example.com",
            " API.example.com ",
            "my_api",
            "xn--bcher-kva.example",
        ] {
            assert_eq!(AllowedHosts::parse_name(name).as_deref(), Some(name.trim()));
        }
        for text in [
            "",
            "https://api.example.com",
            "api.example.com:443",
            "api.example.com/",
            "*",
            ".example.com",
            "api..example.com",
            "b\u{fc}cher.example",
        ] {
            assert_eq!(AllowedHosts::parse_name(text), None, "{text}");
        }
    }

    #[test]
    fn local_and_configured_names_are_allowed() {
        let allowed = AllowedHosts::local_and(vec!["mail.example.com".to_owned()]);
        for host in [
            "localhost",
            "localhost:8025",
            "LocalHost:8025",
            "mail.localhost:8025",
            "127.0.0.1:8025",
            "192.168.0.7",
            "[::1]",
            "[::1]:8025",
            "[fe80::1]:8025",
            "mailer-mock:8025",
            "mailer_mock",
            "mail.example.com",
            "Mail.Example.com:443",
        ] {
            assert_eq!(forbidden(&allowed, "/", &[host]), None, "{host}");
            assert_eq!(forbidden(&allowed, &format!("http://{host}/"), &[host]), None, "{host}");
        }
        assert_eq!(forbidden(&allowed, "/", &[]), None);
    }

    #[test]
    fn names_that_a_stranger_may_own_are_forbidden() {
        let allowed = AllowedHosts::local_and(vec!["mail.example.com".to_owned()]);
        for host in [
            "evil.example",
            "evil.example:8025",
            "evil.mail.example.com",
            "localhost.evil.example:8025",
            "notlocalhost.evil:8025",
            "localhost@evil.example:8025",
            "evil.example@localhost",
            "127.0.0.1.evil.example",
            "127.0.0.1.",
            "evil.",
            "[evil.example]",
            "",
            "evil.example/localhost",
            "localhost, evil.example",
            "\u{e4}.example",
        ] {
            assert_eq!(forbidden(&allowed, "/", &[host]).as_deref(), Some(host));
            assert_eq!(forbidden(&allowed, "/", &["localhost", host]).as_deref(), Some(host));
            assert_eq!(forbidden(&AllowedHosts::Any, "/", &[host]), None, "{host}");
        }
        let target = "http://evil.example:8025/graphql";
        let found = forbidden(&allowed, target, &["localhost:8025"]);
        assert_eq!(found.as_deref(), Some("evil.example:8025"));
    }
}
