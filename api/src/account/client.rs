//! Where requests come from.

use std::net::IpAddr;

/// The client that sent a request, by its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client(IpAddr);

impl Client {
    /// The client at an address. An IPv4 address that is written as IPv6 is the IPv4 address.
    #[must_use]
    pub fn at(address: IpAddr) -> Self {
        Self(address.to_canonical())
    }

    /// The one client, as far as can be told: an IPv4 address, or the first 64 bits of an IPv6 address, since whoever
    /// has one address of such a network has all.
    pub(super) fn single(self) -> IpAddr {
        self.masked(32)
    }

    /// Its neighbourhood: the first 24 bits of an IPv4 address, the first 64 of an IPv6 address.
    pub(super) fn network(self) -> IpAddr {
        self.masked(24)
    }

    fn masked(self, v4_bits: u32) -> IpAddr {
        match self.0 {
            IpAddr::V4(v4) => IpAddr::V4((v4.to_bits() & (u32::MAX << (32 - v4_bits))).into()),
            IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & (u128::MAX << 64)).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_share_a_network_and_no_more() {
        for (address, single, network) in [
            ("192.0.2.77", "192.0.2.77", "192.0.2.0"),
            ("::ffff:192.0.2.77", "192.0.2.77", "192.0.2.0"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::", "2001:db8:1:2::"),
        ] {
            let client = Client::at(address.parse().expect("an address"));
            assert_eq!(client.single().to_string(), single);
            assert_eq!(client.network().to_string(), network);
        }
    }
}
