//! The schema of the database, made by whoever starts first.

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
    apps[7].activated("ada@example.com", PASSWORD).await;
    assert_eq!(
        apps[0].sign_in("ada@example.com", PASSWORD).await.codes(),
        Vec::<String>::new()
    );
}

mod postgres {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn eight_servers_that_start_at_once_migrate_once() {
        super::start_eight(&tests::Database::empty_postgres().await).await;
    }
}

mod sqlite {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn eight_servers_that_start_at_once_migrate_once() {
        super::start_eight(&tests::Database::sqlite()).await;
    }
}
