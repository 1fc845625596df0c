//! Passwords that appear in data breaches: a list that is part of the binary, and the file of Have I Been Pwned.

mod common;
mod filter;
mod sha1_file;

pub use common::is_common;
pub use sha1_file::{FileError, Sha1File};
