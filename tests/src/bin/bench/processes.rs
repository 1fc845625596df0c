//! The processes that are measured, started as an operator starts them.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use ::tests::{Postgres, Process};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use tempfile::TempDir;
use tokio::process::Command;

use crate::Outcome;
use crate::cpu::Meter;
use crate::options;

/// A database that only the benchmark uses.
pub(crate) struct Database {
    pub(crate) url: String,
    postgres: Option<Postgres>,
    _folder: Option<TempDir>,
}

impl Database {
    pub(crate) async fn start(kind: options::Database) -> Outcome<Self> {
        Ok(match kind {
            options::Database::Postgres => {
                let postgres = Postgres::start().await;
                Self {
                    url: postgres.url(),
                    postgres: Some(postgres),
                    _folder: None,
                }
            }
            options::Database::Sqlite => {
                let folder = TempDir::new()?;
                Self {
                    url: format!("sqlite://{}", folder.path().join("bench.sqlite").display()),
                    postgres: None,
                    _folder: Some(folder),
                }
            }
        })
    }

    /// Its name and version.
    pub(crate) async fn version(&self, db: &DatabaseConnection) -> Outcome<String> {
        let (name, query) = match self.postgres {
            Some(_) => ("PostgreSQL", "SELECT current_setting('server_version')"),
            None => ("SQLite", "SELECT sqlite_version()"),
        };
        let row = db
            .query_one_raw(Statement::from_string(db.get_database_backend(), query))
            .await?;
        let version: String = row.ok_or("no version")?.try_get_by_index(0)?;
        Ok(format!("{name} {version}"))
    }

    /// A meter of a process and this database.
    pub(crate) fn meter(&self, server: &Process) -> Meter {
        Meter {
            server: server.id(),
            postmaster: self.postgres.as_ref().and_then(Postgres::process_id),
        }
    }
}

/// How a server is started: with production settings, but without the limit per client.
pub(crate) struct Api {
    program: PathBuf,
    folder: TempDir,
    environment: Vec<(&'static str, String)>,
}

/// A running server.
pub(crate) struct RunningApi {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
}

impl Api {
    pub(crate) fn new(program: PathBuf, database_url: &str, smtp: SocketAddr) -> Outcome<Self> {
        let environment = [
            ("APP_ENV", "production"),
            ("DATABASE_URL", database_url),
            ("SMTP_URL", &format!("smtp://{smtp}")),
            ("SMTP_ALLOW_PLAINTEXT", "true"),
            ("SECRET_KEY", "a secret of thirty-two bytes or more"),
            ("HTTP_ADDR", "127.0.0.1:0"),
            ("CLIENT_LIMIT_PER_MINUTE", "0"),
        ];
        Ok(Self {
            program,
            folder: TempDir::new()?,
            environment: environment.map(|(name, value)| (name, value.to_owned())).into(),
        })
    }

    /// Starts it with additional settings, and waits until it listens.
    pub(crate) async fn start(&self, settings: &[(&str, &str)]) -> RunningApi {
        let mut command = Command::new(&self.program);
        command
            .current_dir(self.folder.path())
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .envs(settings.iter().copied());
        let mut process = Process::start(command);
        let address = process.listening().await;
        RunningApi { process, address }
    }
}

/// mailer-mock, and the emails that its log reports.
pub(crate) struct Mailbox {
    process: Process,
    pub(crate) smtp: SocketAddr,
}

/// An email, as mailer-mock logs it.
#[derive(Debug, PartialEq)]
pub(crate) struct Delivered {
    pub(crate) to: String,
    pub(crate) code: String,
}

impl Mailbox {
    pub(crate) async fn start(program: &Path) -> Outcome<Self> {
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

    /// Waits for the next email.
    pub(crate) async fn next(&mut self) -> Outcome<Delivered> {
        let line = self.process.find_line("delivered to=").await;
        let line = line.map_err(|seen| format!("an email did not arrive: {seen:?}"))?;
        delivered(&line).ok_or_else(|| format!("not the log line of an email: {line}").into())
    }
}

fn delivered(line: &str) -> Option<Delivered> {
    let (_, fields) = line.split_once("delivered to=")?;
    let (to, fields) = fields.split_once(" code=")?;
    let (code, _) = fields.split_once(' ')?;
    Some(Delivered {
        to: to.to_owned(),
        code: code.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_line_of_an_email_has_address_and_code() {
        let line = r#"2026-01-04T12:00:00Z  INFO mailer_mock: delivered to=a@example.com code=0042 subject="0042 is""#;
        let expected = Delivered {
            to: "a@example.com".to_owned(),
            code: "0042".to_owned(),
        };
        assert_eq!(delivered(line), Some(expected));
        assert_eq!(delivered("listens"), None);
    }
}
