//! The processes that are measured, built first, so that they are never out of date, and started as an operator starts
//! them.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use ::tests::{Postgres, Process};
use tempfile::TempDir;
use tokio::process::Command;

use crate::options::DatabaseKind;
use tests::Outcome;

/// `cargo run` sets variables with these prefixes for its child. When one changes, some build scripts (for example that
/// of ring) run again, and half of the server is compiled again.
const OF_THIS_PACKAGE: [&str; 5] = [
    "CARGO_PKG_",
    "CARGO_MANIFEST_",
    "CARGO_BIN_",
    "CARGO_CRATE_",
    "CARGO_PRIMARY_",
];

/// Builds the server and mailer-mock, and returns the folder of the binaries. This program's own package is among the
/// packages, so that they share their dependencies.
pub(crate) async fn build() -> Outcome<PathBuf> {
    if cfg!(debug_assertions) {
        return Err("a debug build is not worth measuring: run cargo run --release -p tests --bin bench".into());
    }
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("no workspace")?;
    let program = std::env::current_exe()?;
    let folder = program.parent().ok_or("no folder")?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    for (name, _) in std::env::vars().filter(|(name, _)| OF_THIS_PACKAGE.iter().any(|prefix| name.starts_with(prefix)))
    {
        command.env_remove(name);
    }
    let packages = ["-p", "api", "-p", "mailer-mock", "-p", "tests", "--bins"];
    let built = command
        .current_dir(workspace)
        .env("CARGO_TARGET_DIR", folder.parent().ok_or("no target folder")?)
        .args(["build", "--release", "--locked"])
        .args(packages)
        .status()
        .await
        .map_err(|error| format!("cargo: {error}"))?;
    if !built.success() {
        return Err("the server does not compile".into());
    }
    Ok(folder.to_owned())
}

/// A database that only the benchmark uses.
pub(crate) enum Database {
    Postgres(Postgres),
    Sqlite(TempDir),
}

impl Database {
    pub(crate) async fn start(kind: DatabaseKind) -> Outcome<Self> {
        Ok(match kind {
            DatabaseKind::Postgres => Self::Postgres(Postgres::start().await),
            DatabaseKind::Sqlite => Self::Sqlite(TempDir::new()?),
        })
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Postgres(postgres) => postgres.url(),
            Self::Sqlite(folder) => format!("sqlite://{}", folder.path().join("bench.sqlite").display()),
        }
    }

    /// The parent of its processes, if it has its own.
    pub(crate) fn postmaster(&self) -> Option<u32> {
        match self {
            Self::Postgres(postgres) => postgres.process_id(),
            Self::Sqlite(_) => None,
        }
    }
}

/// How a server is started: with production settings, but without the limit per client.
pub(crate) struct Api {
    program: PathBuf,
    folder: TempDir,
    environment: Vec<(&'static str, String)>,
}

/// A server that answers requests: the API or axum alone.
pub(crate) struct Server {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
}

impl Api {
    pub(crate) fn new(program: PathBuf, database_url: String, smtp: SocketAddr) -> Outcome<Self> {
        let environment = vec![
            ("APP_ENV", "production".to_owned()),
            ("DATABASE_URL", database_url),
            ("SMTP_URL", format!("smtp://{smtp}")),
            ("SMTP_ALLOW_PLAINTEXT", "true".to_owned()),
            ("SECRET_KEY", "a secret of thirty-two bytes or more".to_owned()),
            ("HTTP_ADDR", "127.0.0.1:0".to_owned()),
            ("CLIENT_LIMIT_PER_MINUTE", "0".to_owned()),
        ];
        let folder = TempDir::new()?;
        Ok(Self {
            program,
            folder,
            environment,
        })
    }

    /// Starts it with additional settings, and waits until it listens.
    pub(crate) async fn start(&self, settings: &[(&str, String)]) -> Server {
        let mut command = Command::new(&self.program);
        let settings = self
            .environment
            .iter()
            .chain(settings)
            .map(|(name, value)| (*name, value));
        command.current_dir(self.folder.path()).env_clear().envs(settings);
        Server::listening(command).await
    }
}

impl Server {
    /// Axum alone, which is this program.
    pub(crate) async fn axum_alone(database_url: &str) -> Outcome<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["axum", "--database-url", database_url]);
        Ok(Self::listening(command).await)
    }

    async fn listening(command: Command) -> Self {
        let mut process = Process::start(command);
        let address = process.listening().await;
        Self { process, address }
    }
}
