//! Why a command for users failed.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use sea_orm::DbErr;

/// Why a command failed. Its text is one line, and contains no hash.
#[derive(Debug, thiserror::Error)]
pub(super) enum UsersError {
    #[error("no user and no open registration has this address or id")]
    NoAccount,
    #[error("the account is PENDING: only a user can be disabled, enabled or signed out")]
    Pending,
    #[error("the account changed in the meantime; run the command again")]
    Changed,
    #[error("cannot read {}: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write to standard output: {0}")]
    Write(#[from] io::Error),
    #[error("the database failed: {0}")]
    Database(#[from] DbErr),
    #[error("refused lines: {0}")]
    RefusedLines(u64),
}

impl UsersError {
    /// Documented in docs/users.md. clap uses 2.
    pub(super) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::RefusedLines(_) => 3,
            Self::NoAccount => 4,
            _ => 1,
        })
    }
}
