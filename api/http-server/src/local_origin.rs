use axum::http::{HeaderValue, Uri};

/// Whether an origin (RFC 6454) is a page of this machine, on any port.
#[must_use]
pub fn is_local_origin(origin: &HeaderValue) -> bool {
    let url = Uri::try_from(origin.as_bytes()).ok();
    let authority = url
        .as_ref()
        .filter(|url| url.scheme().is_some())
        .and_then(Uri::authority);
    authority.is_some_and(|authority| {
        let host = authority.host();
        let has_valid_port = authority.as_str() == host || authority.port_u16().is_some();
        let is_local = matches!(host, "localhost" | "127.0.0.1" | "[::1]") || host.ends_with(".localhost");
        is_local && has_valid_port
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_this_machine_are_local() {
        for (origin, expected) in [
            ("http://localhost:3000", true),
            ("https://localhost", true),
            ("http://app.localhost:5173", true),
            ("http://127.0.0.1:8000", true),
            ("http://[::1]:3000", true),
            ("http://localhost.example.com", false),
            ("http://localhost:3000.example.com", false),
            ("http://localhost@example.com", false),
            ("http://example.com:80", false),
            ("http://example.com/localhost", false),
            ("http://notlocalhost:3000", false),
            ("http://127.0.0.1.example.com", false),
            ("http://192.168.0.1:8000", false),
            ("localhost", false),
            ("null", false),
            ("", false),
        ] {
            let header = HeaderValue::from_static(origin);
            assert_eq!(is_local_origin(&header), expected, "{origin}");
        }
    }
}
