//! The error of a text that is not a hash.

/// Why a text is not a hash that the server can verify. It quotes nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidHash {
    /// Neither a PHC string nor one of Django, of a kind that the server verifies.
    #[error("the kind of the hash is not known")]
    UnknownKind,
    /// A known kind, but a part is missing or out of range.
    #[error("the hash is malformed")]
    Malformed,
    /// To verify it would take more than a thread may spend.
    #[error("the hash takes more memory or time than is allowed")]
    TooExpensive,
}
