//! The token of a session.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::HiddenBytes;
use sha2::{Digest, Sha256};

use crate::random::{self, Random};

/// 256 random bits, as 43 characters of base64url (RFC 4648 5). Only the digest is stored.
#[derive(Clone)]
pub struct SessionToken(String);

impl SessionToken {
    /// Takes the text of a request.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// A new token.
    pub(super) fn draw(random: &dyn Random) -> Self {
        Self(URL_SAFE_NO_PAD.encode(random::bytes::<32>(random)))
    }

    /// The token, for the one answer that shows it.
    #[must_use]
    pub fn reveal(self) -> String {
        self.0
    }

    pub(crate) fn digest(&self) -> HiddenBytes {
        HiddenBytes(Sha256::digest(&self.0).to_vec())
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}
