//! Column values that `Debug`, and so the log, never shows.

use std::fmt;

use sea_orm::DeriveValueType;

/// Text that is hidden from `Debug` output, and so from every log.
#[derive(Clone, PartialEq, Eq, DeriveValueType)]
pub struct HiddenText(pub String);

/// Bytes that are hidden from `Debug` output, and so from every log.
#[derive(Clone, PartialEq, Eq, Hash, DeriveValueType)]
pub struct HiddenBytes(pub Vec<u8>);

impl fmt::Debug for HiddenText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}

impl fmt::Debug for HiddenBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}
