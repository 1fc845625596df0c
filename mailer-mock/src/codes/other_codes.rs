//! The words for codes that are not looked for.

/// Codes that nobody types in, such as a postal code.
pub(super) const OTHER_CODES: &str = include_str!("other_codes.txt");
