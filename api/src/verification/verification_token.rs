//! The token of a verification.

use crate::token::Token;

/// What a [`VerificationToken`] names.
pub enum Verification {}

/// Says which verification is meant, and that the caller began it (OWASP ASVS 6.6.2). It proves nothing about the
/// mailbox.
pub type VerificationToken = Token<Verification>;
