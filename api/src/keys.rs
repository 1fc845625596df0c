//! Keys derived from `SECRET_KEY`, one for each purpose.

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

/// All derived keys.
#[derive(Clone)]
pub struct Keys {
    /// For the digits of emailed codes.
    pub codes: Key,
    /// For the subjects of rate limits, so that the table of limits names nobody.
    pub limits: Key,
    /// For the Message-IDs of emails.
    pub message_ids: Key,
    /// Tells in the database whether a server has the same secret, and reveals nothing else of it.
    pub check: Tag,
}

impl Keys {
    /// Derives the keys. Every replica of one installation needs the same `secret`.
    #[must_use]
    pub fn derive(secret: &SecretSlice<u8>) -> Self {
        let key = |label: &str| {
            let mut mac = keyed(secret.expose_secret());
            mac.update(label.as_bytes());
            Key(mac.finalize().into_bytes().into())
        };
        Self {
            codes: key("codes v1"),
            limits: key("limits v1"),
            message_ids: key("message ids v1"),
            check: key("check v1").0,
        }
    }
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}
