//! Rows that this version cannot read.

use sea_orm::ConnectionTrait;
use tests::{Database, PASSWORD, TestApp, TestCore, on_both_databases};

use super::domains::arrives;

/// Emails of a kind that only a newer server knows, all due before any other.
async fn enqueue_unknown(db: &impl ConnectionTrait) {
    for number in 0..20 {
        let id = format!("00000000-0000-7000-8000-0000000000{number:02}");
        let id = match db.get_database_backend() {
            sea_orm::DatabaseBackend::Postgres => format!("'{id}'"),
            _ => format!("x'{}'", id.replace('-', "")),
        };
        let sql = format!(
            "INSERT INTO email_outbox (id, kind, recipient, domain, created_at, due_at, attempts) \
            VALUES ({id}, 'from_the_future', 'zoe@example.com', 'example.com', 0, 0, 0)"
        );
        db.execute_unprepared(&sql).await.expect("the row is inserted");
    }
}

async fn untouched(db: &impl ConnectionTrait) -> i64 {
    let sql = "SELECT COUNT(*) AS rows FROM email_outbox WHERE attempts = 0 AND lease IS NULL AND due_at = 0";
    let count = sea_orm::Statement::from_string(db.get_database_backend(), sql);
    let row = db
        .query_one_raw(count)
        .await
        .expect("the database answers")
        .expect("a row");
    row.try_get("", "rows").expect("a number")
}

#[on_both_databases]
async fn emails_of_an_unknown_kind_are_left_to_newer_servers(database: Database) {
    let core = TestCore::start(&database).await;
    enqueue_unknown(&core.app.db).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    assert!(core.send_next().await);
    assert_eq!(core.newest_code("ada@example.com").len(), 4);
    assert!(!core.send_next().await);
    assert_eq!(untouched(&core.app.db).await, 20);
}

#[on_both_databases]
async fn emails_of_an_unknown_kind_do_not_delay_others(database: Database) {
    let app = TestApp::start(&database).await;
    enqueue_unknown(app.db()).await;
    for number in 0..10 {
        let email = format!("user{number}@example.com");
        app.register(&email, PASSWORD).await.succeeds();
        arrives(&app, &email).await;
    }
    assert_eq!(untouched(app.db()).await, 20);
}

/// PostgreSQL keeps no value of another type.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unreadable_email_does_not_hold_up_the_others() {
    let database = Database::sqlite();
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    let sql = "INSERT INTO email_outbox (id, kind, recipient, domain, created_at, due_at, attempts) \
        VALUES (x'00', 'registration', 'zoe@example.com', 'example.com', 0, 0, 0)";
    core.app.db.execute_unprepared(sql).await.expect("the row is inserted");
    // One claim takes both.
    let app = TestApp::with(&database, |app| app.clock = core.clock.clone()).await;
    arrives(&app, "ada@example.com").await;
}
