//! The limits in the database hold under concurrency and report how long to wait.

use entity::rate_limit;
use sea_orm::EntityTrait;
use tests::{Answers, Database, PASSWORD, TestApp, on_both_databases};

use crate::{loopback, seconds};

#[on_both_databases]
async fn no_rolling_hour_exceeds_the_email_limit(database: Database) {
    let app = TestApp::start(&database).await;
    // Registers as often as one network may, for three hours. Every hour holds three emails.
    let mut accepted: Vec<u64> = Vec::new();
    let mut now = 0;
    while now < 3 * 60 * 60 {
        let answer = app.register("ada@example.com", PASSWORD).await;
        let wait = if answer.outcome() == "OK" {
            accepted.push(now);
            answer.payload()["resendAvailableInSeconds"].as_u64()
        } else {
            answer.fails_with("RATE_LIMITED");
            answer.payload()["userErrors"][0]["retryAfterSeconds"].as_u64()
        };
        let wait = wait.expect("a time to wait");
        // One second earlier, the request still fails.
        app.clock.advance(seconds(wait - 1));
        app.register("ada@example.com", PASSWORD)
            .await
            .fails_with("RATE_LIMITED");
        app.clock.advance(seconds(1));
        now += wait;
    }
    assert_eq!(accepted, [0, 30, 60, 3600, 3630, 3660, 7200, 7230, 7260]);
}

#[on_both_databases]
async fn two_servers_share_the_email_limit(database: Database) {
    let app = TestApp::start(&database).await;
    let replica = TestApp::with(&database, |builder| builder.mailer = Some(app.mailer.clone())).await;
    let requests = (0..200_u8).map(|number| {
        let server = if number % 2 == 0 { &app } else { &replica };
        let client = server.at(loopback(number));
        async move { client.register("ada@example.com", PASSWORD).await }
    });
    let answers = Answers::to(requests).await;
    // A busy machine may not judge all passwords in time.
    answers.are_only(&["OK", "RATE_LIMITED", "OVERLOADED"]);
    assert_eq!(answers.count("OK"), 10);
}

#[on_both_databases]
async fn rate_limit_rows_contain_no_address(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_read_code("ada@example.com", PASSWORD).await;
    app.sign_in("ada@example.com", "wrong password").await;
    let rows = rate_limit::Entity::find().all(app.db()).await.expect("rows");
    assert_eq!(rows.len(), 5);
    for row in rows {
        assert_eq!(row.key.len(), 32);
        assert!(!String::from_utf8_lossy(&row.key).contains("ada"));
    }
}
