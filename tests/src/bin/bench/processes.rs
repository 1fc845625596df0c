//! The processes that are measured, started as an operator starts them.

use std::net::SocketAddr;
use std::path::PathBuf;

use ::tests::{Postgres, Process};
use tempfile::TempDir;
use tokio::process::Command;

use crate::Outcome;
use crate::options::DatabaseKind;

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

/// mailer-mock, and the emails that its log reports.
pub(crate) struct Mailbox {
    process: Process,
    pub(crate) smtp: SocketAddr,
}

impl Mailbox {
    pub(crate) async fn start(program: PathBuf) -> Outcome<Self> {
        let mut command = Command::new(program);
        command
            .args(["--smtp", "127.0.0.1:0", "--http", "127.0.0.1:0"])
            .env_clear();
        let mut process = Process::start(command);
        let line = process.line_with("SMTP server on smtp://").await;
        let (_, smtp) = line
            .rsplit_once("smtp://")
            .ok_or("mailer-mock did not log its address")?;
        let smtp = smtp.parse()?;
        Ok(Self { process, smtp })
    }

    /// Waits for the next email, and returns its recipient and code.
    pub(crate) async fn next(&mut self) -> Outcome<(String, String)> {
        let line = self.process.find_line("delivered to=").await;
        let line = line.map_err(|seen| format!("an email did not arrive: {seen:?}"))?;
        delivered(&line).ok_or_else(|| format!("not the log line of an email: {line}").into())
    }

    /// Waits for a number of emails, so that none is in flight when the next slice begins.
    pub(crate) async fn skip(&mut self, emails: usize) -> Outcome<()> {
        for _ in 0..emails {
            self.next().await?;
        }
        Ok(())
    }
}

fn delivered(line: &str) -> Option<(String, String)> {
    let (_, fields) = line.split_once("delivered to=")?;
    let (to, fields) = fields.split_once(" code=")?;
    let (code, _) = fields.split_once(' ')?;
    Some((to.to_owned(), code.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_line_of_an_email_has_address_and_code() {
        let line = r#"2026-01-04T12:00:00Z  INFO mailer_mock: delivered to=a@example.com code=0042 subject="0042 is""#;
        assert_eq!(delivered(line), Some(("a@example.com".to_owned(), "0042".to_owned())));
        assert_eq!(delivered("listens"), None);
    }
}
