//! The real binary with what stands around it, to be started again and again.

use std::time::Duration;

use mailer_mock::MailerMock;
use tempfile::TempDir;

use crate::{Client, Process};

/// Settings, a folder and a mail server.
pub struct Installation {
    /// The mail server, which outlives every start.
    pub mailer: MailerMock,
    /// The environment of the process, beside nothing else.
    pub environment: Vec<(&'static str, String)>,
    folder: TempDir,
}

impl Installation {
    /// An installation on a database. Hashes are cheap, and one client may ask for as much as it likes.
    ///
    /// # Panics
    /// When no mail server starts.
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

    /// The same with another value for a setting.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.environment.retain(|(other, _)| *other != name);
        self.environment.push((name, value.to_owned()));
        self
    }

    /// The same with the default of a setting.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.environment.retain(|(other, _)| *other != name);
        self
    }

    /// Starts the binary.
    #[must_use]
    pub fn process(&self) -> Process {
        let environment: Vec<_> = self
            .environment
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        Process::api(self.folder.path(), &[], &environment)
    }

    /// Starts the binary, and waits until it listens.
    pub async fn start(&self) -> (Process, Client) {
        let mut process = self.process();
        let client = Client::new(process.listening().await);
        (process, client)
    }
}

/// Waits for something for so long.
///
/// # Panics
/// When it does not come about.
pub async fn within(limit: Duration, what: &str, condition: impl AsyncFn() -> bool) {
    let mut look = tokio::time::interval(Duration::from_millis(10));
    let seen = async {
        while !condition().await {
            look.tick().await;
        }
    };
    assert!(
        tokio::time::timeout(limit, seen).await.is_ok(),
        "{what} within {limit:?}"
    );
}
