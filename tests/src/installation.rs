//! The real binary with its settings, its folder and a mail server. A test can start it many times.

use std::path::Path;
use std::time::Duration;

use mailer_mock::MailerMock;
use tempfile::TempDir;
use tokio::time::MissedTickBehavior;

use crate::{Client, Process, binary};

/// Everything that the binary needs to start.
pub struct Installation {
    /// The mail server, which runs through all starts.
    pub mailer: MailerMock,
    /// All environment variables of the process.
    pub environment: Vec<(&'static str, String)>,
    folder: TempDir,
}

impl Installation {
    /// An installation on a database. Hashes are cheap, and clients have no limit.
    ///
    /// # Panics
    /// When the mail server does not start.
    pub async fn on(database_url: &str) -> Self {
        let mailer = MailerMock::start(mailer_mock::Config::ephemeral()).await;
        let mailer = mailer.expect("mailer-mock starts");
        let environment = [
            ("DATABASE_URL", database_url),
            ("SMTP_URL", &format!("smtp://{}", mailer.smtp_addr())),
            ("SECRET_KEY", "a secret of thirty-two bytes or more"),
            ("HTTP_ADDR", "127.0.0.1:0"),
            ("CLIENT_LIMIT_PER_MINUTE", "0"),
            ("ARGON2_M_KIB", "8"),
            ("ARGON2_T", "1"),
        ];
        Self {
            mailer,
            environment: environment.map(|(name, value)| (name, value.to_owned())).into(),
            folder: TempDir::new().expect("a folder"),
        }
    }

    /// Sets a setting.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.environment.retain(|(other, _)| *other != name);
        self.environment.push((name, value.to_owned()));
        self
    }

    /// Resets a setting to its default.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.environment.retain(|(other, _)| *other != name);
        self
    }

    /// Starts the binary.
    #[must_use]
    pub fn process(&self) -> Process {
        self.process_with(&[])
    }

    /// Starts the binary with arguments.
    #[must_use]
    pub fn process_with(&self, arguments: &[&str]) -> Process {
        self.program(&binary("api"), arguments)
    }

    fn program(&self, program: &Path, arguments: &[&str]) -> Process {
        let environment: Vec<_> = self
            .environment
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        Process::program(program, self.folder.path(), arguments, &environment)
    }

    /// Starts another binary, and waits until it listens.
    pub async fn start_program(&self, program: &Path) -> (Process, Client) {
        let mut process = self.program(program, &[]);
        let client = Client::new(process.listening().await);
        (process, client)
    }

    /// Starts the binary, and waits until it listens.
    pub async fn start(&self) -> (Process, Client) {
        self.start_program(&binary("api")).await
    }
}

/// Waits until a condition holds.
///
/// # Panics
/// When it does not hold within the limit.
pub async fn within(limit: Duration, what: &str, condition: impl AsyncFn() -> bool) {
    let mut interval = tokio::time::interval(Duration::from_millis(10));
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let holds = async {
        while !condition().await {
            interval.tick().await;
        }
    };
    assert!(
        tokio::time::timeout(limit, holds).await.is_ok(),
        "{what} within {limit:?}"
    );
}
