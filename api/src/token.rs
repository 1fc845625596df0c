//! Opaque tokens: shown once, and stored only as a digest.

use std::fmt;
use std::marker::PhantomData;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::HiddenBytes;
use sha2::{Digest, Sha256};

use crate::random::{self, Random};

/// 256 random bits, as 43 characters of base64url (RFC 4648, section 5). The type parameter says what it names, so that
/// a token of one kind cannot stand for another.
pub struct Token<Kind>(String, PhantomData<Kind>);

impl<Kind> Token<Kind> {
    /// Takes the text of a request.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text, PhantomData)
    }

    /// Draws a new token.
    pub(crate) fn draw(random: &dyn Random) -> Self {
        Self::new(URL_SAFE_NO_PAD.encode(random::bytes::<32>(random)))
    }

    /// The token, for the one answer that shows it.
    #[must_use]
    pub fn reveal(self) -> String {
        self.0
    }

    /// What is stored: SHA-256 of the text.
    pub(crate) fn digest(&self) -> HiddenBytes {
        HiddenBytes(Sha256::digest(&self.0).to_vec())
    }
}

impl<Kind> Clone for Token<Kind> {
    fn clone(&self) -> Self {
        Self::new(self.0.clone())
    }
}

impl<Kind> fmt::Debug for Token<Kind> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}
