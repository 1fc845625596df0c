//! The version of this build. A release build names its commit and the date of the commit; `GIT_COMMIT` and
//! `SOURCE_DATE_EPOCH` replace them, for a build from an archive or in a container.

#[cfg(test)]
mod source;
#[cfg(test)]
mod tests;

/// The version, commit and date, such as `0.1.0 (commit 1fb5f7b0c1d2, 2026-11-26)`.
pub const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (", env!("BUILD_DESCRIPTION"), ")");
