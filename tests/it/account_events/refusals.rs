//! Refused requests are counted by hour and reason.

use entity::refusal_count;
use sea_orm::{DatabaseConnection, EntityTrait, QueryOrder};
use tests::{Database, PASSWORD, TestApp, eventually, on_both_databases};

use super::ADA;
use crate::seconds;

/// Hour, reason and count of each row.
async fn counts(db: &DatabaseConnection) -> Vec<(String, String, i64)> {
    let rows = refusal_count::Entity::find()
        .order_by_asc(refusal_count::Column::Hour)
        .order_by_asc(refusal_count::Column::Reason);
    let rows = rows.all(db).await.expect("the database answers");
    rows.into_iter()
        .map(|row| (row.hour.to_rfc3339(), row.reason, row.count))
        .collect()
}

fn row(hour: &str, reason: &str, count: i64) -> (String, String, i64) {
    (format!("2026-01-04T{hour}:00:00.000Z"), reason.to_owned(), count)
}

#[on_both_databases]
async fn servers_add_their_refusals_up(database: Database) {
    let one = TestApp::start(&database).await;
    let other = TestApp::with(&database, |builder| builder.clock = one.clock.clone()).await;
    let look = api::database::connect(database.url())
        .await
        .expect("the database opens");
    one.sign_in(ADA, PASSWORD).await.fails_with("INVALID_CREDENTIALS");
    one.sign_in("bob@example.com", PASSWORD)
        .await
        .fails_with("INVALID_CREDENTIALS");
    other.sign_in(ADA, PASSWORD).await.fails_with("INVALID_CREDENTIALS");
    other.basic(ADA, PASSWORD).me().await.is_unauthenticated();
    assert_eq!(counts(&look).await, []);
    one.clock.advance(seconds(10));
    let first = [row("12", "INVALID_CREDENTIALS", 3), row("12", "UNAUTHENTICATED", 1)];
    eventually("both servers write", async || counts(&look).await == first).await;
    one.clock.advance(seconds(60 * 60));
    one.sign_in("carl@example.com", PASSWORD)
        .await
        .fails_with("INVALID_CREDENTIALS");
    // A stop writes what is left.
    one.stop().await;
    other.stop().await;
    let last = [first[0].clone(), first[1].clone(), row("13", "INVALID_CREDENTIALS", 1)];
    assert_eq!(counts(&look).await, last);
}

/// SQLite has one connection, so the write waits for it.
#[tokio::test]
async fn interrupted_write_loses_no_refusal() {
    let app = TestApp::start(&Database::sqlite()).await;
    app.sign_in(ADA, PASSWORD).await.fails_with("INVALID_CREDENTIALS");
    let refusals = app.server().app().refusals.clone();
    let held = api::database::begin(app.db()).await.expect("the connection");
    let mut writing = Box::pin(refusals.flush(app.db()));
    assert!(futures_util::poll!(&mut writing).is_pending());
    drop(writing);
    held.rollback().await.expect("the database answers");
    for _ in 0..2 {
        refusals.flush(app.db()).await.expect("the database answers");
        assert_eq!(counts(app.db()).await, [row("12", "INVALID_CREDENTIALS", 1)]);
    }
}
