//! Connections to PostgreSQL or SQLite, and their migration. `connect` opens the pool; `postgres` and `sqlite` have what
//! only one of the two databases needs. `begin` begins transactions, `timeout` bounds waits, and `migrate` brings the
//! schema up to date.

mod begin;
mod connect;
mod migrate;
mod postgres;
mod sqlite;
mod timeout;

pub use begin::begin;
pub(crate) use begin::begin_without_timeout;
pub(crate) use connect::pool_size;
pub use connect::{POOL_SIZE, connect, connect_with_pool};
pub use migrate::{check_schema, migrate};
pub(crate) use sqlite::is_missing_file;
pub(crate) use timeout::{ACQUIRE_TIMEOUT, TASK_TIMEOUT, timed_out, within_timeout};
