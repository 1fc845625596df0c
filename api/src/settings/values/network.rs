//! Addresses, networks and the names of hosts.

use std::net::{IpAddr, SocketAddr};

use http_server::AllowedHosts;
use ipnet::IpNet;

pub(in crate::settings) fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse()
        .map_err(|_| "an address such as 127.0.0.1:8000 or [::1]:8000")
}

#[cfg(feature = "embedded-mailbox")]
pub(in crate::settings) fn loopback(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse()
        .ok()
        .filter(|address: &SocketAddr| address.ip().is_loopback())
        .ok_or("a loopback address such as 127.0.0.1:1025, because the embedded mailbox is only for this machine")
}

/// An IPv4 network written as IPv6 (`::ffff:10.0.0.0/104`) becomes IPv4, as the addresses that are compared with it.
pub(in crate::settings) fn network(text: &str) -> Result<IpNet, &'static str> {
    let text = text.trim();
    let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    let network = network.map_err(|_| "networks such as 10.0.0.0/8 or fd00::/8, separated by commas")?;
    let mapped = match network {
        IpNet::V6(v6) => v6.addr().to_ipv4_mapped().zip(v6.prefix_len().checked_sub(96)),
        IpNet::V4(_) => None,
    };
    let v4 = mapped.and_then(|(address, length)| IpNet::new(address.into(), length).ok());
    Ok(v4.unwrap_or(network))
}

pub(in crate::settings) fn host_name(text: &str) -> Result<String, &'static str> {
    AllowedHosts::parse_name(text)
        .ok_or("host names such as api.example.com, without port, separated by commas; a Unicode name as xn--…")
}

/// A domain name or an address literal (RFC 5321, 4.1.3).
pub(in crate::settings) fn ehlo_name(text: &str) -> Result<String, &'static str> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b".-[]:_".contains(&byte);
    if !text.is_empty() && text.len() <= 255 && text.bytes().all(is_name) {
        Ok(text.to_owned())
    } else {
        Err("a name such as mail.example.com, or an address such as [192.0.2.1]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn network_is_ipv4_or_ipv6() {
        for (text, expected) in [
            ("10.0.0.0/8", "10.0.0.0/8"),
            (" 10.0.0.1 ", "10.0.0.1/32"),
            ("fd00::/8", "fd00::/8"),
            ("::1", "::1/128"),
            ("::/0", "::/0"),
            ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
            ("::ffff:10.0.0.1", "10.0.0.1/32"),
        ] {
            assert_eq!(
                network(text).map(|network| network.to_string()).as_deref(),
                Ok(expected)
            );
        }
        for text in ["", "*", "localhost", "10.0.0.0/33", "10.0.0.1:80", "[::1]"] {
            assert!(network(text).is_err(), "{text}");
        }
    }
}
