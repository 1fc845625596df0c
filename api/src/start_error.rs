//! What can keep the server from starting.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use sea_orm::{DbErr, RuntimeErr, sqlx};

/// The form of `DATABASE_URL`.
pub(crate) const DATABASE_URL: &str =
    "postgres://USER:PASSWORD@HOST/NAME or sqlite://FILE; percent-encode special characters (@ is %40)";

/// The reason why the server did not start. Its text is one line, and never contains the value of a secret setting.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting cannot be read.
    #[error("{name}: expected {expected}, not {value:?}")]
    InvalidSetting {
        /// Its environment variable.
        name: String,
        /// The values that it takes.
        expected: String,
        /// Its value.
        value: String,
    },
    /// A setting whose value is secret cannot be read.
    #[error("{name}: expected {expected}")]
    InvalidSecret {
        /// Its environment variable.
        name: String,
        /// The values that it takes.
        expected: String,
    },
    /// A setting that has no default is not set.
    #[error("{name}: not set, and {reason}; expected {expected}")]
    MissingSetting {
        /// Its environment variable.
        name: &'static str,
        /// Why it has no default.
        reason: &'static str,
        /// The values that it takes.
        expected: &'static str,
    },
    /// `MAILBOX_URL` is set in production.
    #[error("MAILBOX_URL: only for development, because the mailbox shows every email to everyone")]
    MailboxInProduction,
    /// sqlx cannot read the database URL. Its own text may quote the password.
    #[error("DATABASE_URL: expected {DATABASE_URL}")]
    DatabaseUrl,
    /// lettre cannot read the URL of the mail server. Its own text may quote the password.
    #[error(
        "SMTP_URL: expected smtp://HOST:PORT or smtps://USER:PASSWORD@HOST:PORT; percent-encode special characters \
         (@ is %40)"
    )]
    SmtpUrl,
    /// The sender is not an email address.
    #[error("MAIL_FROM: expected NAME <ADDRESS> or ADDRESS")]
    MailFrom,
    /// argon2 does not accept its parameters.
    #[error("ARGON2_M_KIB, ARGON2_T, ARGON2_P: {0}")]
    HashParameters(argon2::Error),
    /// The data folder cannot be created.
    #[error("cannot create the data folder {path}: {source}")]
    DataFolder {
        /// The folder.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The file of the secret key cannot be read or created.
    #[error("cannot read or create the secret key in {path}: {source}")]
    SecretKeyFile {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The file of the secret key is too short.
    #[error("the secret key in {path} is truncated; delete the file to create a new key")]
    TruncatedSecretKey {
        /// The file.
        path: PathBuf,
    },
    /// An address cannot be bound.
    #[error("{name}: cannot listen on {address}: {source}")]
    Listen {
        /// The environment variable that sets the address.
        name: &'static str,
        /// The address.
        address: SocketAddr,
        /// The cause.
        source: io::Error,
    },
    /// The database gives no connection in time. sqlx retries a refused connection until then.
    #[error("DATABASE_URL: cannot open the database: timed out waiting for a connection")]
    DatabaseTimeout,
    /// The database cannot be opened or reached.
    #[error("DATABASE_URL: cannot open the database: {0}")]
    OpenDatabase(#[source] DbErr),
    /// A migration failed.
    #[error("DATABASE_URL: cannot migrate the database: {0}")]
    MigrateDatabase(#[source] DbErr),
    /// A newer server changed the schema in a way that this one does not know.
    #[error(
        "DATABASE_URL: cannot use the database: a newer server requires schema version {required}, and this server has \
         version {supported}"
    )]
    NewerSchema {
        /// The oldest version that the schema supports.
        required: i32,
        /// The version of this server.
        supported: i32,
    },
    /// The operating system refuses a thread.
    #[error("cannot start a thread: {0}")]
    Thread(#[source] io::Error),
    /// The operating system refuses a signal handler.
    #[error("cannot handle signals: {0}")]
    Signals(#[source] io::Error),
}

impl StartError {
    /// An error that occurred while the database was opened.
    pub(crate) fn open_database(error: DbErr) -> Self {
        let cause = match &error {
            DbErr::Conn(RuntimeErr::SqlxError(cause)) => Some(&**cause),
            _ => None,
        };
        match cause {
            Some(sqlx::Error::Configuration(_)) => Self::DatabaseUrl,
            Some(sqlx::Error::PoolTimedOut) => Self::DatabaseTimeout,
            _ => Self::OpenDatabase(error),
        }
    }
}
