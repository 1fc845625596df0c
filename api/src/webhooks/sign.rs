//! Signatures of the Standard Webhooks specification, version 1.0.0.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretSlice};
use sha2::Sha256;

/// What a serialized key begins with.
const PREFIX: &str = "whsec_";

/// A key that the sender and the receiver share.
#[derive(Clone, Debug)]
pub struct SigningKey(SecretSlice<u8>);

impl SigningKey {
    /// Reads `whsec_` and 24 to 64 bytes in base64.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text.strip_prefix(PREFIX)?).ok()?;
        (24..=64).contains(&bytes.len()).then(|| Self(bytes.into()))
    }

    fn sign(&self, content: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.expose_secret()).expect("HMAC takes a key of any length");
        mac.update(content.as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

/// The header `webhook-signature`: one signature for each key, so that a receiver may know the old or the new one.
pub(super) fn signatures(keys: &[SigningKey], id: &str, timestamp: i64, body: &str) -> String {
    let content = format!("{id}.{timestamp}.{body}");
    let signatures: Vec<_> = keys.iter().map(|key| key.sign(&content)).collect();
    signatures.join(" ")
}
