//! How long callers wait for the database, and the error when that was too long.

use std::time::Duration;

use sea_orm::{ConnAcquireErr, DbErr};

/// How long a request waits for a connection, including the time to open it.
pub(crate) const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long the statements of a task that outlives its request may take: the wait for a connection, and as long again.
pub(crate) const TASK_TIMEOUT: Duration = Duration::from_secs(10);

/// Runs statements of a task that outlives its request. Without a timeout, a connection whose server has
/// disappeared would block the task for about 15 minutes.
///
/// # Errors
/// Those of the statements, and a timeout.
pub(crate) async fn within_timeout<T, E: From<DbErr>>(statements: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let result = tokio::time::timeout(TASK_TIMEOUT, statements).await;
    result.unwrap_or_else(|_| Err(timed_out().into()))
}

/// The error of a wait for the database that was too long, whether for a connection, a statement or a permit. The
/// client learns that the server is overloaded.
pub(crate) fn timed_out() -> DbErr {
    DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)
}
