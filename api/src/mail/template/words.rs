//! A written email.

use entity::Timestamp;

/// The words of an email, in text and HTML.
pub struct Words {
    /// One line.
    pub subject: String,
    /// The part for clients that show no HTML.
    pub text: String,
    /// The same in HTML.
    pub html: String,
    /// When the code in it expires.
    pub(crate) code_expires: Option<Timestamp>,
}
