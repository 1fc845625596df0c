//! A database for each test.

use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::{ConnectionTrait, DatabaseConnection, EntityTrait, PaginatorTrait};
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// A database that nobody else uses. Clones are the same one, for tests with several servers.
#[derive(Clone)]
pub struct Database {
    url: String,
    _folder: Option<Arc<TempDir>>,
}

impl Database {
    /// A database of the PostgreSQL server that `TEST_POSTGRES_URL` names, copied from a migrated template.
    ///
    /// # Panics
    /// When there is no such server: `./tests/run` starts one.
    pub async fn postgres() -> Self {
        static TEMPLATE: OnceCell<String> = OnceCell::const_new();
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let admin = admin().await;
        let template = TEMPLATE
            .get_or_init(|| async {
                let name = format!("template_{}", process::id());
                admin
                    .execute_unprepared(&format!("CREATE DATABASE {name}"))
                    .await
                    .expect("a template can be made");
                let db = api::database::connect(&postgres_url(&name))
                    .await
                    .expect("the template opens");
                api::database::migrate(&db).await.expect("the template migrates");
                db.close().await.expect("the template closes");
                name
            })
            .await;
        let name = format!("test_{}_{}", process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        admin
            .execute_unprepared(&format!("CREATE DATABASE {name} TEMPLATE {template}"))
            .await
            .expect("a database can be copied");
        admin.close().await.expect("the connection closes");
        Self {
            url: postgres_url(&name),
            _folder: None,
        }
    }

    /// An empty database of the same server, not migrated.
    ///
    /// # Panics
    /// When there is no such server.
    pub async fn empty_postgres() -> Self {
        let admin = admin().await;
        let name = format!("empty_{}", process::id());
        admin
            .execute_unprepared(&format!("CREATE DATABASE {name}"))
            .await
            .expect("a database can be made");
        admin.close().await.expect("the connection closes");
        Self {
            url: postgres_url(&name),
            _folder: None,
        }
    }

    /// A file in a folder of its own.
    ///
    /// # Panics
    /// When there is no room for it.
    #[must_use]
    pub fn sqlite() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        Self {
            url: format!("sqlite://{}", folder.path().join("test.sqlite").display()),
            _folder: Some(Arc::new(folder)),
        }
    }

    /// As `DATABASE_URL` takes it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// How many rows a table has.
///
/// # Panics
/// When the database fails.
pub async fn count<E: EntityTrait>(db: &DatabaseConnection) -> u64
where
    for<'db> sea_orm::Select<E>: PaginatorTrait<'db, DatabaseConnection>,
{
    E::find().count(db).await.expect("the rows can be counted")
}

async fn admin() -> DatabaseConnection {
    api::database::connect(&server_url())
        .await
        .expect("the PostgreSQL server of TEST_POSTGRES_URL answers")
}

fn server_url() -> String {
    std::env::var("TEST_POSTGRES_URL").expect("TEST_POSTGRES_URL is set: run the tests with ./tests/run")
}

fn postgres_url(database: &str) -> String {
    let server = server_url();
    let (base, _) = server.rsplit_once('/').expect("TEST_POSTGRES_URL ends with a database");
    format!("{base}/{database}")
}
