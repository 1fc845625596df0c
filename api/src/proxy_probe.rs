//! The probe of `api doctor`: a request through the proxies, and the report of the server on how it arrived.
//!
//! The request has a marker, which takes `SECRET_KEY` to make. Anyone who sees a marker can use it for a minute, and
//! learns only what the proxy knows anyway.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::Timestamp;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::keys::{Keys, SecretKeys};

/// The path of the probe.
pub(crate) const PATH: &str = "/doctor";

/// The header with the marker.
pub(crate) const MARKER: &str = "x-doctor-marker";

/// What `api doctor` writes into `X-Forwarded-For`. It is nobody's address (RFC 5737).
pub(crate) const FORGED: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 77));

/// How long a marker is valid, and how far the clocks of both sides may differ.
const VALID_FOR: Duration = Duration::from_mins(1);

/// What a server saw of a request.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProxyReport {
    /// The network that the connection came from.
    pub(crate) peer: String,
    /// Whether the peer is in `TRUSTED_PROXIES`.
    pub(crate) is_trusted: bool,
    /// Whether `X-Forwarded-For` has anything but the forged address.
    pub(crate) is_forwarded: bool,
    /// Whether the forged address counts as that of the client.
    pub(crate) is_forged: bool,
    /// The network of the client.
    pub(crate) client: String,
    /// The header `Host`.
    pub(crate) host: String,
}

/// A marker for a request that is sent now.
pub(crate) fn marker(keys: &Keys, now: Timestamp) -> String {
    let millis = now.as_millis();
    format!("{millis}.{}", tag(&keys.current, millis))
}

/// Whether a server with the same secret key made this marker a moment ago.
pub(crate) fn is_valid(marker: &str, keys: &Keys, now: Timestamp) -> bool {
    let Some((millis, given)) = marker.split_once('.') else {
        return false;
    };
    let Ok(millis) = millis.parse() else {
        return false;
    };
    let made = Timestamp::from_millis(millis);
    let is_recent = made.since(now).max(now.since(made)) <= VALID_FOR;
    let is_ours = |keys: &SecretKeys| tag(keys, millis).as_bytes().ct_eq(given.as_bytes()).into();
    is_recent && keys.all().any(is_ours)
}

fn tag(keys: &SecretKeys, millis: i64) -> String {
    URL_SAFE_NO_PAD.encode(keys.probes.tag(&[&millis.to_be_bytes()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marker_is_valid_for_a_minute_and_for_both_keys() {
        let (old, new) = (vec![1; 32].into(), vec![2; 32].into());
        let keys = Keys::derive(&old, None);
        let now = Timestamp::from_millis(1_767_528_000_000);
        let minute = Duration::from_mins(1);
        let made = marker(&keys, now);
        for (at, valid) in [
            (now, true),
            (now + minute, true),
            (now + minute + Duration::from_millis(1), false),
            (now - minute, true),
            (now - minute - Duration::from_millis(1), false),
        ] {
            assert_eq!(is_valid(&made, &keys, at), valid);
        }
        assert!(is_valid(&made, &Keys::derive(&new, Some(&old)), now));
        assert!(!is_valid(&made, &Keys::derive(&new, None), now));
        let (millis, tag) = made.split_once('.').expect("two parts");
        for other in [
            String::new(),
            format!("{millis}."),
            format!("{millis}.{}", &tag[1..]),
            format!("1767528000001.{tag}"),
            format!("+{made}x"),
            format!("{}.{tag}", i64::MIN),
            format!("{}.{tag}", i64::MAX),
            "99999999999999999999.x".to_owned(),
        ] {
            assert!(!is_valid(&other, &keys, now), "{other}");
        }
    }
}
