//! The names of codes that nobody types in.

/// Regular expressions, one per line.
pub(super) const OTHER_CODES: &str = include_str!("other_codes.txt");
