//! Keys derived from `SECRET_KEY` and `SECRET_KEY_PREVIOUS`, one for each purpose.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretSlice};
use sha2::Sha256;

/// The 256-bit result of HMAC-SHA-256 (RFC 2104, FIPS 180-4).
pub type Tag = [u8; 32];

/// One derived key.
#[derive(Clone)]
pub struct Key(Tag);

impl Key {
    /// HMAC-SHA-256 over `parts`, each preceded by its length, so that no two lists of parts read alike.
    #[must_use]
    pub fn tag(&self, parts: &[&[u8]]) -> Tag {
        let mut mac = keyed(&self.0);
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// The keys derived from one secret.
#[derive(Clone)]
pub struct SecretKeys {
    /// For the digits of emailed codes.
    pub codes: Key,
    /// For the Message-IDs of emails.
    pub message_ids: Key,
    /// For the requests of `api doctor`.
    pub(crate) probes: Key,
    /// Tells in the database whether a server has the same secret, and reveals nothing else of it.
    pub check: Tag,
    limits: Key,
}

impl SecretKeys {
    fn derive(secret: &SecretSlice<u8>) -> Self {
        let key = |label: &str| {
            let mut mac = keyed(secret.expose_secret());
            mac.update(label.as_bytes());
            Key(mac.finalize().into_bytes().into())
        };
        Self {
            codes: key("codes v1"),
            message_ids: key("message ids v1"),
            probes: key("probes v1"),
            check: key("check v1").0,
            limits: key("limits v1"),
        }
    }

    /// Names the secret in the rows that depend on it.
    #[must_use]
    pub fn id(&self) -> &[u8] {
        &self.check[..8]
    }
}

/// The keys of an installation: those of the current secret, and during a rotation also those of another one.
#[derive(Clone)]
pub struct Keys {
    /// Those of `SECRET_KEY`, for whatever is new.
    pub current: SecretKeys,
    /// Those of `SECRET_KEY_PREVIOUS`.
    pub previous: Option<SecretKeys>,
    /// For the subjects of rate limits.
    pub limits: LimitKeys,
}

impl Keys {
    /// Derives the keys. Every replica of one installation needs the same secrets, in any order.
    #[must_use]
    pub fn derive(secret: &SecretSlice<u8>, previous: Option<&SecretSlice<u8>>) -> Self {
        let (current, previous) = (SecretKeys::derive(secret), previous.map(SecretKeys::derive));
        let mut limits: Vec<_> = [Some(&current), previous.as_ref()]
            .into_iter()
            .flatten()
            .map(|keys| keys.limits.clone())
            .collect();
        limits.sort_by_key(|key| key.0);
        Self {
            current,
            previous,
            limits: LimitKeys(limits),
        }
    }

    /// The keys of all secrets.
    pub(crate) fn all(&self) -> impl Iterator<Item = &SecretKeys> {
        [Some(&self.current), self.previous.as_ref()].into_iter().flatten()
    }

    /// The keys that an id names, if they are known.
    pub(crate) fn by_id(&self, id: &[u8]) -> Option<&SecretKeys> {
        self.all().find(|keys| keys.id() == id)
    }
}

/// Keys for the subjects of rate limits, so that the table of limits names nobody. A subject has a row for each secret.
/// The order is the same in every server, because the rows are locked in it.
#[derive(Clone)]
pub struct LimitKeys(Vec<Key>);

impl LimitKeys {
    pub(crate) fn tags(&self, parts: &[&[u8]]) -> Vec<Vec<u8>> {
        self.0.iter().map(|key| key.tag(parts).to_vec()).collect()
    }
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}
