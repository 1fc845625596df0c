use std::net::{IpAddr, SocketAddrV4};

use axum::http::HeaderMap;
use ipnet::IpNet;

use crate::client::Client;

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
            // As bytes: what a client put at the start must not hide what the proxy put at the end.
            .flat_map(|value| value.as_bytes().rsplit(|byte| *byte == b','))
            .map(parse);
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

    /// The network that the connections of a peer count for: none if it is a proxy, which has connections of many
    /// clients.
    pub(crate) fn network_of(&self, peer: IpAddr) -> Option<IpAddr> {
        (!self.trusts(peer.to_canonical())).then(|| Client::at(peer).network())
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// The address in an entry. Some proxies add a port, brackets around an IPv6 address, or its zone.
fn parse(entry: &[u8]) -> Option<IpAddr> {
    let entry = str::from_utf8(entry.trim_ascii()).ok()?;
    if let Ok(address) = entry.parse() {
        return Some(address);
    }
    let Some((bracketed, port)) = entry.strip_prefix('[').and_then(|rest| rest.split_once(']')) else {
        let address: Option<SocketAddrV4> = entry.parse().ok();
        return address
            .map(|address| IpAddr::V4(*address.ip()))
            .or_else(|| without_zone(entry));
    };
    let is_port = |port: &str| port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
    (port.is_empty() || is_port(port)).then_some(())?;
    without_zone(bracketed)
}

/// An IPv6 address. Its zone (RFC 4007 11) is a network interface of the proxy.
fn without_zone(text: &str) -> Option<IpAddr> {
    let address = text.split_once('%').map_or(text, |(address, _)| address);
    address.parse().ok().map(IpAddr::V6)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn client(trusted: &[&str], peer: &str, forwarded: &[impl AsRef<[u8]>]) -> String {
        let trusted = trusted
            .iter()
            .map(|network| network.parse().expect("a network"))
            .collect();
        let mut headers = HeaderMap::new();
        for value in forwarded {
            let value = HeaderValue::from_bytes(value.as_ref()).expect("a header");
            headers.append("x-forwarded-for", value);
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

    #[test]
    fn proxies_write_an_address_in_many_ways() {
        for entry in [
            "198.51.100.7",
            "198.51.100.7:4711",
            "::ffff:198.51.100.7",
            "[::ffff:198.51.100.7]",
            "[::ffff:198.51.100.7]:4711",
            " \t198.51.100.7\t ",
        ] {
            assert_eq!(
                client(&["10.0.0.0/8"], "10.0.0.1", &[entry]),
                "198.51.100.7",
                "{entry:?}"
            );
        }
        for entry in [
            "2001:db8::7",
            "2001:DB8:0:0::7",
            "[2001:db8::7]",
            "[2001:db8::7]:4711",
            "[2001:db8::7%eth0]:4711",
            "[2001:db8::7%25eth0]",
            "2001:db8::7%eth0",
        ] {
            assert_eq!(
                client(&["10.0.0.0/8"], "10.0.0.1", &[entry]),
                "2001:db8::7",
                "{entry:?}"
            );
            // As an inner proxy, too.
            let inner = ["203.0.113.9".to_owned(), format!("198.51.100.7, {entry}")];
            let trusted = ["10.0.0.0/8", "2001:db8::/64"];
            assert_eq!(client(&trusted, "10.0.0.1", &inner), "198.51.100.7", "{entry:?}");
        }
        for entry in [
            "",
            " ",
            "unknown",
            "[2001:db8::7",
            "2001:db8::7]",
            "[2001:db8::7]4711",
            "[2001:db8::7]:",
            "[2001:db8::7]:70000",
            "[198.51.100.7]",
            "198.51.100.7%eth0",
            "198.51.100.7:",
            "198.51.100",
            "0x7f.1",
            "\u{661}98.51.100.7",
        ] {
            let forwarded = format!("198.51.100.7, {entry}");
            assert_eq!(
                client(&["10.0.0.0/8"], "10.0.0.1", &[forwarded]),
                "10.0.0.1",
                "{entry:?}"
            );
        }
    }

    #[test]
    fn odd_bytes_of_a_client_do_not_hide_its_address() {
        for odd in [
            &b"\x80"[..],
            b"\xff\xff",
            "198.51.100.\u{e4}".as_bytes(),
            b"\t",
            b"",
            b",",
            b"[",
            b"\"",
            b"203.0.113.9,\x80",
        ] {
            let joined = [odd, b", 198.51.100.7"].concat();
            let hidden = [odd, b", 198.51.100.7, [fd00::2]"].concat();
            for forwarded in [&[joined][..], &[hidden], &[odd.to_vec(), b"198.51.100.7".to_vec()]] {
                let client = client(&["10.0.0.0/8", "fd00::/8"], "10.0.0.1", forwarded);
                assert_eq!(client, "198.51.100.7", "{forwarded:?}");
            }
        }
    }
}
