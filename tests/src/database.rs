//! A database for each test.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::{ConnectionTrait, DatabaseConnection, EntityTrait, PaginatorTrait, Statement};
use tempfile::TempDir;
use tokio::process::Command;
use tokio::sync::OnceCell;

use crate::Postgres;

/// A database that no other test uses. Clones are the same database, for tests with several servers.
#[derive(Clone)]
pub struct Database {
    url: String,
    _folder: Option<Arc<TempDir>>,
}

impl Database {
    /// A database of the shared PostgreSQL server, copied from a migrated template.
    ///
    /// # Panics
    /// When the server fails.
    pub async fn postgres() -> Self {
        static TEMPLATE: OnceCell<()> = OnceCell::const_new();
        TEMPLATE
            .get_or_init(|| async {
                let template = Self::create("migrated", "template1").await;
                let db = api::database::connect(&template.url).await.expect("the template opens");
                api::database::migrate(&db).await.expect("the template migrates");
                db.close().await.expect("the template closes");
            })
            .await;
        Self::create(&next_name(), "migrated").await
    }

    /// A database of the shared PostgreSQL server without tables.
    ///
    /// # Panics
    /// When the server fails.
    pub async fn empty_postgres() -> Self {
        Self::create(&next_name(), "template1").await
    }

    async fn create(name: &str, template: &str) -> Self {
        let postgres = Postgres::shared().await;
        let admin = api::database::connect(&postgres.url())
            .await
            .expect("the server accepts connections");
        admin
            .execute_unprepared(&format!("CREATE DATABASE {name} TEMPLATE {template}"))
            .await
            .expect("the database can be created");
        admin.close().await.expect("the connection closes");
        Self {
            url: postgres.url_of(name),
            _folder: None,
        }
    }

    /// An SQLite file in a temporary folder. The folder is in memory if there is room, so that no test waits for a
    /// disk that other tests keep busy.
    ///
    /// # Panics
    /// When the folder cannot be created.
    #[must_use]
    pub fn sqlite() -> Self {
        let folder = if free_bytes(MEMORY) > ENOUGH_MEMORY {
            TempDir::new_in(MEMORY)
        } else {
            TempDir::new()
        };
        let folder = folder.expect("a temporary folder");
        Self {
            url: format!("sqlite://{}", folder.path().join("test.sqlite").display()),
            _folder: Some(Arc::new(folder)),
        }
    }

    /// Backs the database up, and restores the backup to a new database. `docs/operations.md` has the same commands.
    ///
    /// # Panics
    /// If that fails.
    pub async fn restored(&self) -> Self {
        if self.url.starts_with("sqlite:") {
            let restored = Self::sqlite();
            let file = restored.url.strip_prefix("sqlite://").expect("a file");
            let db = api::database::connect(&self.url).await.expect("the database opens");
            let backup = db.execute_unprepared(&format!("VACUUM INTO '{file}'")).await;
            backup.expect("the backup succeeds");
            fs::set_permissions(file, Permissions::from_mode(0o600)).expect("the mode changes");
            return restored;
        }
        let restored = Self::empty_postgres().await;
        let folder = TempDir::new().expect("a temporary folder");
        let file = folder.path().join("accounts.dump");
        let file = file.to_str().expect("a path");
        run("pg_dump", &["--format=custom", "--file", file, "--dbname", &self.url]).await;
        run(
            "pg_restore",
            &["--no-owner", "--exit-on-error", "--dbname", &restored.url, file],
        )
        .await;
        restored
    }

    /// The value of `DATABASE_URL`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// A file system in memory, on Linux.
const MEMORY: &str = "/dev/shm";

/// More than all tests that run at once store.
const ENOUGH_MEMORY: u64 = 1 << 30;

/// How much a file system can still store; nothing if there is none.
fn free_bytes(path: &str) -> u64 {
    rustix::fs::statvfs(path).map_or(0, |system| system.f_bavail * system.f_frsize)
}

async fn run(program: &str, arguments: &[&str]) {
    let status = Command::new(Postgres::program(program)).args(arguments).status().await;
    assert!(status.expect("the program runs").success(), "{program}");
}

/// Counts the rows of a table.
///
/// # Panics
/// When the database fails.
pub async fn count<E: EntityTrait>(db: &DatabaseConnection) -> u64
where
    for<'db> sea_orm::Select<E>: PaginatorTrait<'db, DatabaseConnection>,
{
    E::find().count(db).await.expect("the rows can be counted")
}

fn next_name() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// How many transactions wait for a lock in this database of a PostgreSQL server.
///
/// # Panics
/// If the database fails.
pub async fn waiting_transactions(db: &DatabaseConnection) -> i64 {
    let sql = "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    let row = db
        .query_one_raw(Statement::from_string(db.get_database_backend(), sql))
        .await;
    let row = row.expect("the database answers").expect("a row");
    row.try_get_by_index(0).expect("a number")
}
