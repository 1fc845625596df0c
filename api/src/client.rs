//! The client that sent a request.

use std::net::IpAddr;
use std::sync::Arc;

/// The client that sent a request: its address and, if it sent one, its User-Agent; and the id of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    address: IpAddr,
    user_agent: Option<Arc<str>>,
    request_id: Option<Arc<str>>,
}

impl Client {
    /// The client at an address. An IPv4-mapped IPv6 address counts as the IPv4 address.
    #[must_use]
    pub fn at(address: IpAddr) -> Self {
        Self {
            address: address.to_canonical(),
            user_agent: None,
            request_id: None,
        }
    }

    /// The same client with its User-Agent header.
    #[must_use]
    pub fn with_user_agent(self, user_agent: Option<Arc<str>>) -> Self {
        Self { user_agent, ..self }
    }

    /// The same client, in a request with this id.
    #[must_use]
    pub fn with_request_id(self, request_id: Arc<str>) -> Self {
        Self {
            request_id: Some(request_id),
            ..self
        }
    }

    /// The id of the request.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// The User-Agent header.
    #[must_use]
    pub fn user_agent(&self) -> Option<&str> {
        self.user_agent.as_deref()
    }

    /// The address of one client: an IPv4 address, or the /64 of an IPv6 address, all of which one client usually has.
    pub(crate) fn single(&self) -> IpAddr {
        self.masked(32)
    }

    /// The network of the client: its IPv4 /24 or its IPv6 /64.
    pub(crate) fn network(&self) -> IpAddr {
        self.masked(24)
    }

    /// The network of the client with its prefix length, such as `192.0.2.0/24`.
    #[must_use]
    pub fn network_cidr(&self) -> String {
        cidr(self.network())
    }

    fn masked(&self, v4_bits: u32) -> IpAddr {
        match self.address {
            IpAddr::V4(v4) => IpAddr::V4((v4.to_bits() & (u32::MAX << (32 - v4_bits))).into()),
            IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & (u128::MAX << 64)).into()),
        }
    }
}

/// A network of a client with its prefix length.
pub(crate) fn cidr(network: IpAddr) -> String {
    let prefix = if network.is_ipv4() { 24 } else { 64 };
    format!("{network}/{prefix}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_share_a_network_but_no_address() {
        for (address, single, network) in [
            ("192.0.2.77", "192.0.2.77", "192.0.2.0/24"),
            ("::ffff:192.0.2.77", "192.0.2.77", "192.0.2.0/24"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::", "2001:db8:1:2::/64"),
        ] {
            let client = Client::at(address.parse().expect("an address"));
            assert_eq!(client.single().to_string(), single);
            assert_eq!(client.network_cidr(), network);
        }
    }
}
