//! Errors that stop the server from starting.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use breached_passwords::FileError as BreachedPasswordsError;
use sea_orm::{DbErr, RuntimeErr, sqlx};

use crate::private_file::FileError;
use crate::secret_file::SecretFileError;

/// The form of `DATABASE_URL`.
pub(crate) const DATABASE_URL: &str =
    "postgres://USER:PASSWORD@HOST/NAME or sqlite://FILE; percent-encode special characters (@ is %40)";

/// The reason why the server did not start. Its text is one line, and never contains the value of a secret setting.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each variant has its message")]
pub enum StartError {
    #[error("{name}: expected {expected}, not {value:?}")]
    InvalidSetting {
        name: String,
        expected: String,
        value: String,
    },
    #[error("{name}: expected {expected}")]
    InvalidSecret { name: String, expected: String },
    #[error("{name}: not set, and {reason}; expected {expected}")]
    MissingSetting {
        name: &'static str,
        reason: &'static str,
        expected: &'static str,
    },
    #[error("{name} and {name}_FILE: both are set; expected only one of them")]
    SecretTwice { name: String },
    #[error("{name}_FILE: cannot use {path}: {source}")]
    SecretFile {
        name: String,
        path: PathBuf,
        source: SecretFileError,
    },
    #[error("MAILBOX_URL: only for development, because the mailbox shows every email to everyone")]
    MailboxInProduction,
    /// sqlx cannot read the database URL. Its own text may quote the password.
    #[error("DATABASE_URL: expected {DATABASE_URL}")]
    DatabaseUrl,
    #[error(
        "SMTP_URL: expected smtp://HOST:PORT or smtps://USER:PASSWORD@HOST:PORT; percent-encode special characters \
         (@ is %40)"
    )]
    SmtpUrl,
    #[error(
        "SMTP_URL: expected smtps://… or smtp://…?tls=required in production, so that nobody on the way reads codes; \
         SMTP_ALLOW_PLAINTEXT=true allows a mail server without TLS"
    )]
    PlaintextSmtp,
    #[error("MAIL_FROM: expected NAME <ADDRESS> or ADDRESS, in ASCII before the @")]
    MailFrom,
    #[error("MAIL_TEMPLATES: cannot read the folder {path}: {source}")]
    MailTemplatesFolder { path: PathBuf, source: io::Error },
    #[error("MAIL_TEMPLATES: {file}: {reason}")]
    MailTemplateFile { file: String, reason: String },
    #[error("MAIL_TEMPLATES: {file}:{line}: {reason}")]
    MailTemplate { file: String, line: usize, reason: String },
    #[error("ARGON2_M_KIB, ARGON2_T, ARGON2_P: {0}")]
    HashParameters(argon2::Error),
    #[error(
        "BREACHED_PASSWORDS: cannot use {path}: {source}; expected the SHA-1 file of Have I Been Pwned, ordered by hash, \
         with lines such as 5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:52256179"
    )]
    BreachedPasswords {
        path: PathBuf,
        source: BreachedPasswordsError,
    },
    #[error("ARGON2_M_KIB, ARGON2_T, ARGON2_P: at most 262144 KiB, 2 GiB over all passes, and 64 lanes are allowed")]
    HashTooExpensive,
    #[error("cannot create the data folder {path}: {source}")]
    DataFolder { path: PathBuf, source: io::Error },
    #[error("cannot read or create the secret key in {path}: {source}")]
    SecretKeyFile { path: PathBuf, source: io::Error },
    #[error("{name}: cannot use {path}: {source}")]
    PrivateFile {
        name: &'static str,
        path: PathBuf,
        source: FileError,
    },
    #[error("the secret key in {path} is truncated; delete the file to create a new key")]
    TruncatedSecretKey { path: PathBuf },
    #[error("{name}: cannot listen on {address}: {source}")]
    Listen {
        name: &'static str,
        address: SocketAddr,
        source: io::Error,
    },
    #[error("DATABASE_URL: cannot connect to {address}: {source}")]
    ConnectDatabase { address: String, source: io::Error },
    /// The words of PostgreSQL: it does not repeat the password.
    #[error("DATABASE_URL: cannot open the database: {0}")]
    DatabaseRefused(String),
    #[error("DATABASE_URL: cannot open the database: timed out waiting for a connection")]
    DatabaseTimeout,
    #[error("DATABASE_URL: cannot open the database: {0}")]
    OpenDatabase(#[source] DbErr),
    #[error("DATABASE_URL: cannot migrate the database: {0}")]
    MigrateDatabase(#[source] DbErr),
    #[error("DATABASE_URL: the tables of the database are missing or older than this program; run `api migrate`")]
    SchemaNotMigrated,
    #[error(
        "DATABASE_URL: cannot use the database: a newer server requires schema version {required}, and this server has \
         version {supported}"
    )]
    NewerSchema { required: i32, supported: i32 },
    #[error(
        "MAX_CONNECTIONS: this process may open {open_files} files, and needs {required}; raise the limit (ulimit -n) or \
         allow fewer connections"
    )]
    OpenFiles { open_files: usize, required: usize },
    #[error(
        "SECRET_KEY: not the key with which this database was used last. Use that key{} or an empty database. To change \
         the key, set SECRET_KEY_PREVIOUS as docs/operations.md describes, or stop all servers and run DELETE FROM \
         secret_key_check: codes that were sent stop working, and rate limits start from zero",
        folder.as_ref().map_or_else(String::new, |folder| format!(" (by default it is in {}/secret.key)", folder.display()))
    )]
    OtherSecretKey { folder: Option<PathBuf> },
    #[error("SECRET_KEY_PREVIOUS: the same key as SECRET_KEY; expected another one, or none")]
    EqualSecretKeys,
    #[error("cannot check the secret key: {0}")]
    CheckSecretKey(#[source] DbErr),
    #[error("OTEL_EXPORTER_OTLP_ENDPOINT: cannot send traces: {0}")]
    Traces(String),
    #[error("cannot start a thread: {0}")]
    Thread(#[source] io::Error),
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
