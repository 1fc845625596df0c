use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;
use ipnet::IpNet;

/// The networks of the proxies in front of this server. Their `X-Forwarded-For` is trusted.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(pub Vec<IpNet>);

impl TrustedProxies {
    /// The address of the client: the peer, or, if that is a trusted proxy, the last address in `X-Forwarded-For` that
    /// is not a trusted proxy. Anybody could have written the entries before it.
    #[must_use]
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let forwarded = headers
            .get_all("x-forwarded-for")
            .iter()
            .rev()
            .flat_map(|value| value.to_str().unwrap_or("unreadable").rsplit(','))
            .map(|entry| parse(entry.trim()));
        let mut client = peer.to_canonical();
        for entry in forwarded {
            // Entries before one that is not an address cannot be trusted.
            let (true, Some(entry)) = (self.trusts(client), entry) else {
                break;
            };
            client = entry.to_canonical();
        }
        client
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// Some proxies add the port.
fn parse(entry: &str) -> Option<IpAddr> {
    let with_port = || entry.parse().map(|address: SocketAddr| address.ip());
    entry.parse().or_else(|_| with_port()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(trusted: &[&str], peer: &str, forwarded: &[&str]) -> String {
        let trusted = trusted
            .iter()
            .map(|network| network.parse().expect("a network"))
            .collect();
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().expect("a header"));
        }
        let peer = peer.parse().expect("an address");
        TrustedProxies(trusted).client(peer, &headers).to_string()
    }

    #[test]
    fn only_trusted_proxies_change_the_client_address() {
        let proxies = ["10.0.0.0/8", "fd00::/8"];
        for (trusted, peer, forwarded, expected) in [
            (&[][..], "192.0.2.1", &["198.51.100.7"][..], "192.0.2.1"),
            (&proxies, "192.0.2.1", &["198.51.100.7"], "192.0.2.1"),
            (&proxies, "10.0.0.1", &[], "10.0.0.1"),
            (&proxies, "10.0.0.1", &["198.51.100.7"], "198.51.100.7"),
            (&proxies, "::ffff:10.0.0.1", &["198.51.100.7"], "198.51.100.7"),
            (
                &proxies,
                "10.0.0.1",
                &["203.0.113.9, 198.51.100.7, 10.0.0.2"],
                "198.51.100.7",
            ),
            (&proxies, "10.0.0.1", &["203.0.113.9", "198.51.100.7"], "198.51.100.7"),
            (&proxies, "fd00::1", &["2001:db8::7"], "2001:db8::7"),
            (&proxies, "10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            (&proxies, "10.0.0.1", &["198.51.100.7, nonsense"], "10.0.0.1"),
            (&proxies, "10.0.0.1", &["198.51.100.7, "], "10.0.0.1"),
            (&proxies, "10.0.0.1", &["198.51.100.7:4711"], "198.51.100.7"),
            (&proxies, "10.0.0.1", &["[2001:db8::7]:4711"], "2001:db8::7"),
        ] {
            assert_eq!(client(trusted, peer, forwarded), expected, "{peer} {forwarded:?}");
        }
    }
}
