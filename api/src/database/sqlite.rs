//! What only SQLite needs: files that no other user can open, and a first connection despite a locked file.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use sea_orm::sqlx::{self, sqlite::SqliteConnectOptions};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr, RuntimeErr};

use crate::private_file::{self, FileError};
use crate::start_error::StartError;

/// The pause before a locked SQLite file is opened again, and how often that is done: for five seconds.
const LOCK_PAUSE: Duration = Duration::from_millis(10);
const LOCK_ATTEMPTS: u32 = 500;

/// The result code of SQLite for a lock that another connection holds.
const SQLITE_BUSY: &str = "5";

/// Creates the file of an SQLite database, or checks the one that exists, so that no other user can open it. SQLite
/// gives the files beside it the same mode.
pub(super) fn secure_files(url: &str) -> Result<(), StartError> {
    let options = SqliteConnectOptions::from_str(url).map_err(|_| StartError::DatabaseUrl)?;
    let file = options.get_filename();
    if url.contains(":memory:") || url.contains("mode=memory") {
        return Ok(());
    }
    // If it cannot be created, SQLite says why.
    let _ = private_file::create(file);
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut path = file.as_os_str().to_owned();
        path.push(suffix);
        let path = PathBuf::from(path);
        match private_file::check(&path) {
            Err(FileError::Io(_)) | Ok(()) => {}
            Err(source) => {
                let name = "DATABASE_URL";
                return Err(StartError::PrivateFile { name, path, source });
            }
        }
    }
    Ok(())
}

/// Whether the URL names an SQLite file that does not exist. Opening it would create it.
pub(crate) fn is_missing_file(url: &str) -> bool {
    let options = url.starts_with("sqlite:").then(|| SqliteConnectOptions::from_str(url));
    options.is_some_and(|options| options.is_ok_and(|options| !options.get_filename().exists()))
}

/// Opens the pool and its first connection. That switches a new SQLite file to WAL, which needs an exclusive lock.
/// SQLite does not wait for that lock, so servers that open a new file at the same time try again.
pub(super) async fn open(options: ConnectOptions) -> Result<DatabaseConnection, DbErr> {
    for _ in 0..LOCK_ATTEMPTS {
        match Database::connect(options.clone()).await {
            Err(error) if is_locked(&error) => tokio::time::sleep(LOCK_PAUSE).await,
            opened => return opened,
        }
    }
    Database::connect(options).await
}

/// Whether the error is `SQLITE_BUSY`: another connection holds the lock.
fn is_locked(error: &DbErr) -> bool {
    let DbErr::Conn(RuntimeErr::SqlxError(error)) = error else {
        return false;
    };
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.as_deref() == Some(SQLITE_BUSY)
}
