//! Which addresses webhooks may be sent to. A URL must not reach what only this machine or its network can reach.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use ipnet::{Ipv4Net, Ipv6Net};
use url::{Host, Url};

/// What IANA's registry of special-purpose IPv4 addresses and RFC 5771 (multicast) keep from the public internet.
const SPECIAL_V4: [(Ipv4Addr, u8); 15] = [
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// The IPv6 addresses that are public (RFC 4291, 2.4), except those in [`SPECIAL_V6`].
const GLOBAL_V6: (Ipv6Addr, u8) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Those in [`GLOBAL_V6`] that are not public: for protocols and documentation, or with an IPv4 address inside (Teredo,
/// 6to4).
const SPECIAL_V6: [(Ipv6Addr, u8); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// The prefix under which a NAT64 gateway offers IPv4 addresses to a network without IPv4 (RFC 6052).
const NAT64: (Ipv6Addr, u8) = (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);

/// Whether an address belongs to the public internet.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !SPECIAL_V4.iter().any(|network| contains_v4(*network, address)),
        IpAddr::V6(address) if contains_v6(NAT64, address) => {
            let [.., a, b, c, d] = address.octets();
            is_public(Ipv4Addr::new(a, b, c, d).into())
        }
        IpAddr::V6(address) => {
            contains_v6(GLOBAL_V6, address) && !SPECIAL_V6.iter().any(|network| contains_v6(*network, address))
        }
    }
}

fn contains_v4((network, length): (Ipv4Addr, u8), address: Ipv4Addr) -> bool {
    Ipv4Net::new_assert(network, length).contains(&address)
}

fn contains_v6((network, length): (Ipv6Addr, u8), address: Ipv6Addr) -> bool {
    Ipv6Net::new_assert(network, length).contains(&address)
}

/// Reads the URL of an endpoint: HTTP or HTTPS, without credentials and fragment.
#[must_use]
pub fn parse_url(text: &str) -> Option<Url> {
    Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.fragment().is_none())
        .filter(|url| url.username().is_empty() && url.password().is_none())
}

/// Whether the host of a URL is an address that is not public. A name is only known when it is resolved.
#[must_use]
pub fn has_private_address(url: &Url) -> bool {
    literal(url).is_some_and(|address| !is_public(address))
}

fn literal(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
        Host::Domain(_) => None,
    }
}

type Lookup = BoxFuture<'static, io::Result<Vec<IpAddr>>>;

/// Finds the addresses of a name. By default as the operating system does.
#[derive(Clone)]
pub struct Resolver(Arc<dyn Fn(String) -> Lookup + Send + Sync>);

impl Resolver {
    /// A resolver that calls a function.
    #[must_use]
    pub fn new(lookup: impl Fn(String) -> Lookup + Send + Sync + 'static) -> Self {
        Self(Arc::new(lookup))
    }

    /// The addresses of a URL that may be connected to. The name is resolved here and nowhere else, so it cannot have
    /// another address when the connection is opened.
    pub(super) async fn addresses(&self, url: &Url, allow_private: bool) -> Result<Vec<SocketAddr>, String> {
        let port = url.port_or_known_default().unwrap_or_default();
        let found = match literal(url) {
            Some(address) => vec![address],
            None => (self.0)(url.host_str().unwrap_or_default().to_owned())
                .await
                .map_err(|_| "cannot resolve the host".to_owned())?,
        };
        if found.is_empty() {
            return Err("the host has no address".to_owned());
        }
        let allowed = found.into_iter().filter(|address| allow_private || is_public(*address));
        let allowed: Vec<_> = allowed.map(|address| SocketAddr::new(address, port)).collect();
        if allowed.is_empty() {
            return Err("the address of the host is not public; WEBHOOK_ALLOW_PRIVATE=true allows it".to_owned());
        }
        Ok(allowed)
    }
}

impl Default for Resolver {
    fn default() -> Self {
        Self::new(|host| {
            Box::pin(async move {
                let addresses = tokio::net::lookup_host((host, 0)).await?;
                Ok(addresses.map(|address| address.ip()).collect())
            })
        })
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Resolver")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRIVATE: [&str; 36] = [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.255",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::127.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "fd00::1",
        "fe80::1",
        "ff02::1",
    ];

    const PUBLIC: [&str; 10] = [
        "1.1.1.1",
        "8.8.8.8",
        "100.63.255.255",
        "100.128.0.1",
        "172.15.255.255",
        "172.32.0.1",
        "192.0.1.1",
        "223.255.255.255",
        "2606:4700:4700::1111",
        "64:ff9b::8.8.8.8",
    ];

    fn address(text: &str) -> IpAddr {
        text.parse().expect(text)
    }

    #[test]
    fn only_public_addresses_are_public() {
        for text in PRIVATE {
            assert!(!is_public(address(text)), "{text}");
        }
        for text in PUBLIC {
            assert!(is_public(address(text)), "{text}");
        }
    }

    #[test]
    fn url_has_no_credentials_and_no_fragment() {
        for text in [
            "https://hooks.example.com",
            "https://hooks.example.com:8443/a?b=c",
            "http://localhost:3000/",
            "http://[::1]:3000",
        ] {
            assert!(parse_url(text).is_some(), "{text}");
        }
        for text in [
            "",
            "hooks.example.com",
            "localhost:3000",
            "ftp://hooks.example.com",
            "file:///etc/passwd",
            "https://ada@hooks.example.com",
            "https://:secret@hooks.example.com",
            "https://ada:secret@hooks.example.com",
            "https://hooks.example.com/#a",
            "https://",
        ] {
            assert!(parse_url(text).is_none(), "{text}");
        }
    }

    #[test]
    fn every_spelling_of_a_private_address_is_private() {
        for host in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "[::1]",
            "[::ffff:7f00:1]",
            "169.254.169.254",
            "127.0.0.1.",
        ] {
            let url = parse_url(&format!("http://{host}:8000/")).expect(host);
            assert!(has_private_address(&url), "{host}");
        }
        assert!(!has_private_address(&parse_url("http://8.8.8.8/").expect("a URL")));
    }

    #[tokio::test]
    async fn private_addresses_of_a_name_are_left_out() {
        let all = || PRIVATE.iter().chain(&PUBLIC).map(|text| address(text));
        let resolver = Resolver::new(move |_| Box::pin(async move { Ok(all().collect()) }));
        let url = parse_url("https://hooks.example.com").expect("a URL");
        let allowed = resolver.addresses(&url, false).await.expect("public addresses");
        let expected: Vec<_> = PUBLIC.iter().map(|text| SocketAddr::new(address(text), 443)).collect();
        assert_eq!(allowed, expected);
        let allowed = resolver.addresses(&url, true).await.expect("addresses");
        assert_eq!(allowed.len(), PRIVATE.len() + PUBLIC.len());
    }

    #[tokio::test]
    async fn name_with_only_private_addresses_is_refused() {
        let url = parse_url("https://hooks.example.com").expect("a URL");
        for text in PRIVATE {
            let resolver = Resolver::new(move |_| Box::pin(async move { Ok(vec![address(text)]) }));
            let refused = resolver.addresses(&url, false).await.expect_err(text);
            assert!(refused.contains("not public"), "{refused}");
        }
        let system = Resolver::default();
        let url = parse_url("https://localhost").expect("a URL");
        assert!(system.addresses(&url, false).await.is_err());
    }
}
