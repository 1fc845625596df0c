//! Migrations, and the settings of a connection.

use std::sync::Arc;

use mailer_mock::MailerMock;
use tests::{Database, PASSWORD, TestApp};

async fn start_eight(database: &Database) {
    let mailer = MailerMock::start(mailer_mock::Config::ephemeral()).await;
    let mailer = Arc::new(mailer.expect("mailer-mock starts"));
    let starts = (0..8).map(|_| {
        let database = database.clone();
        let mailer = mailer.clone();
        tokio::spawn(async move {
            let app = TestApp::with(&database, |app| app.mailer = Some(mailer)).await;
            assert_eq!(app.me().await.status, 200);
            app
        })
    });
    let mut apps = Vec::new();
    for start in starts.collect::<Vec<_>>() {
        apps.push(start.await.expect("the server starts"));
    }
    apps[7].register_and_activate("ada@example.com", PASSWORD).await;
    apps[0].sign_in("ada@example.com", PASSWORD).await.succeeds();
}

mod postgres {
    use sea_orm::{ConnectionTrait, DatabaseBackend, Statement};
    use tests::Database;

    /// The first column of the rows that PostgreSQL returns on a connection of the server.
    async fn query(statement: &str) -> Vec<String> {
        let database = Database::postgres().await;
        let db = api::database::connect(database.url()).await.expect("a connection");
        let statement = Statement::from_string(DatabaseBackend::Postgres, statement);
        let rows = db.query_all_raw(statement).await.expect("the database answers");
        let texts = rows.iter().map(|row| row.try_get_by_index(0).expect("text"));
        texts.collect()
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn connections_receive_no_notices() {
        assert_eq!(query("SHOW client_min_messages").await, ["warning"]);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn eight_concurrent_starts_migrate_once() {
        super::start_eight(&Database::empty_postgres().await).await;
    }
}

mod sqlite {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn eight_concurrent_starts_migrate_once() {
        super::start_eight(&tests::Database::sqlite()).await;
    }
}
