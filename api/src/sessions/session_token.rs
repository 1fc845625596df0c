//! The token of a session.

use crate::token::Token;

/// What a [`SessionToken`] names.
pub enum Session {}

/// A bearer token (RFC 6750): its holder acts as the user.
pub type SessionToken = Token<Session>;
