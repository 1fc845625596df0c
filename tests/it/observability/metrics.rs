//! The values of the metrics.

use reqwest::Method;
use tests::{Client, Database, PASSWORD, TestApp, eventually, on_both_databases, wrong_code};

use crate::seconds;

/// What the server measures.
pub(super) async fn read(client: &Client) -> String {
    let answer = client.request(Method::GET, "/metrics").send().await;
    answer.expect("the server answers").text().await.expect("text")
}

/// Whether the metrics have these lines.
fn have(metrics: &str, lines: &[&str]) {
    for line in lines {
        assert!(metrics.lines().any(|other| other == *line), "{line} in\n{metrics}");
    }
}

#[on_both_databases]
async fn funnel_counts_each_step(database: Database) {
    let app = TestApp::start(&database).await;
    let token = app.register("ada@example.com", PASSWORD).await.verification_token();
    let code = app.next_code("ada@example.com").await;
    app.activate_with_token(&token, &wrong_code(&code))
        .await
        .fails_with("INVALID_CODE");
    app.clock.advance(seconds(40));
    app.activate_with_token(&token, &code).await.succeeds();
    app.sign_in("ada@example.com", PASSWORD).await.succeeds();
    have(
        &read(&app).await,
        &[
            "account_steps_total{step=\"registered\"} 1",
            "emails_total{kind=\"registration\",outcome=\"sent\"} 1",
            "account_steps_total{step=\"activated\"} 1",
            "account_steps_total{step=\"deleted\"} 0",
            "wrong_codes_total{purpose=\"registration\"} 1",
            "activation_time_seconds_bucket{le=\"30.0\"} 0",
            "activation_time_seconds_bucket{le=\"60.0\"} 1",
            "sessions_opened_total 2",
            "guarded_codes_total 0",
            "graphql_requests_total{field=\"activate\",outcome=\"INVALID_CODE\"} 1",
            "graphql_requests_total{field=\"activate\",outcome=\"OK\"} 1",
            "graphql_request_duration_seconds_count{field=\"activate\"} 2",
            "graphql_request_statements_count 4",
        ],
    );
}

#[on_both_databases]
async fn guarded_codes_are_counted(database: Database) {
    let app = TestApp::start(&database).await;
    for _ in 0..4 {
        let token = app.register("ada@example.com", PASSWORD).await.verification_token();
        let wrong = wrong_code(&app.next_code("ada@example.com").await);
        for _ in 0..3 {
            app.activate_with_token(&token, &wrong).await.fails_with("INVALID_CODE");
        }
        app.clock.advance(seconds(1_800));
    }
    have(&read(&app).await, &["guarded_codes_total 0"]);
    app.register_and_read_code("ada@example.com", PASSWORD).await;
    have(&read(&app).await, &["guarded_codes_total 1"]);
}

#[on_both_databases]
async fn owed_emails_and_connections_are_measured(database: Database) {
    // Nobody listens there.
    let app = TestApp::with(&database, |app| app.smtp_url = Some("smtp://127.0.0.1:1".to_owned())).await;
    app.register("ada@example.com", PASSWORD).await.succeeds();
    app.register("bob@example.com", PASSWORD).await.succeeds();
    app.clock.advance(seconds(15));
    let measured = "email_outbox_emails 2";
    eventually("the measurement", async || read(&app).await.contains(measured)).await;
    let metrics = read(&app).await;
    have(&metrics, &["email_outbox_oldest_age_seconds 15.0"]);
    assert!(metrics.contains("database_connections{state=\"idle\"} "), "{metrics}");
    assert!(
        metrics.contains("emails_total{kind=\"registration\",outcome=\"retried\"} "),
        "{metrics}"
    );
}

#[on_both_databases]
async fn metrics_name_the_build_and_no_text_of_a_client(database: Database) {
    let app = TestApp::start(&database).await;
    app.send("query Hunter2{hunter2:me{id}}", serde_json::json!({})).await;
    app.send("{hunter2}", serde_json::json!({})).await;
    let metrics = read(&app).await;
    have(
        &metrics,
        &[
            &format!("build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION")),
            "graphql_requests_total{field=\"me\",outcome=\"OK\"} 1",
            "graphql_requests_total{field=\"unknown\",outcome=\"GRAPHQL_VALIDATION_FAILED\"} 1",
        ],
    );
    assert!(!metrics.to_lowercase().contains("hunter2"), "{metrics}");
}

/// Counters end in `_total`, and what is measured has a base unit.
#[on_both_databases]
async fn names_follow_the_conventions(database: Database) {
    let app = TestApp::start(&database).await;
    let metrics = read(&app).await;
    for line in metrics.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let (name, kind) = line.split_once(' ').expect("a type");
        for other_unit in ["millis", "_ms", "minutes", "kib", "_total", "_count"] {
            assert!(!name.contains(other_unit), "{name}");
        }
        if kind == "histogram" {
            assert!(
                name.ends_with("_seconds") || name == "graphql_request_statements",
                "{name}"
            );
        }
    }
}
