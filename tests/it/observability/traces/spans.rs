//! Which spans there are.

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use tests::{Database, PASSWORD, Receiver, eventually, on_both_databases};

use super::super::metrics::read;
use super::{children, only, traced};
use crate::seconds;

#[on_both_databases]
async fn request_has_a_span_for_each_statement_and_hash(database: Database) {
    let (app, collector) = traced(&database, |_| {}).await;
    app.register("ada@example.com", PASSWORD).await.succeeds();
    let metrics = read(&app).await;
    app.stop().await;
    let spans = collector.spans();
    let request = only(&spans, "register");
    assert_eq!((request.kind, request.ids[2].as_str()), (SpanKind::Server, ""));
    for (name, value) in [
        ("http.request.method", "POST"),
        ("http.route", "/graphql"),
        ("http.response.status_code", "200"),
        ("graphql.outcome", "OK"),
    ] {
        assert_eq!(request.attributes[name], value, "{request:?}");
    }
    let mut children = children(&spans, request);
    // It is sent after the answer.
    children.retain(|child| child.name != "email registration");
    for child in &children {
        assert!(
            child.times[0] >= request.times[0] && child.times[0] <= child.times[1],
            "{child:?}"
        );
        assert!(child.times[1] <= request.times[1], "{child:?} in {request:?}");
    }
    for job in ["estimate wait", "estimate", "hash wait", "hash"] {
        assert!(children.iter().any(|child| child.name == job), "{job} in {children:#?}");
    }
    let statements: Vec<_> = children
        .iter()
        .filter(|child| child.attributes.contains_key("db.operation.name"))
        .collect();
    let counted = format!("graphql_request_statements_sum {}.0", statements.len());
    assert!(metrics.contains(&counted), "{counted} in {metrics}");
    let system = if database.url().starts_with("postgres") {
        "postgresql"
    } else {
        "sqlite"
    };
    for statement in &statements {
        assert_eq!(statement.kind, SpanKind::Client, "{statement:?}");
        assert_eq!(statement.attributes["db.system.name"], system, "{statement:?}");
        assert_eq!(statement.attributes["db.operation.name"], statement.name);
    }
    let text = |operation: &str| {
        let found = statements.iter().find(|statement| statement.name == operation);
        found.and_then(|statement| statement.attributes.get("db.query.text").cloned())
    };
    assert!(
        text("DELETE").is_some_and(|sql| sql.contains("verifications")),
        "{statements:#?}"
    );
    assert!(statements.iter().any(|statement| statement.name == "BEGIN"));
    assert!(statements.iter().any(|statement| statement.name == "COMMIT"));
}

#[on_both_databases]
async fn outcome_is_an_attribute_and_no_failure(database: Database) {
    let (app, collector) = traced(&database, |_| {}).await;
    app.sign_in("ada@example.com", PASSWORD)
        .await
        .fails_with("INVALID_CREDENTIALS");
    app.bearer("no token").me().await.is_unauthenticated();
    app.stop().await;
    let spans = collector.spans();
    for (name, outcome) in [("signIn", "INVALID_CREDENTIALS"), ("me", "UNAUTHENTICATED")] {
        let span = only(&spans, name);
        assert_eq!(span.attributes["graphql.outcome"], outcome);
        assert!(!span.has_failed, "{span:?}");
    }
}

#[on_both_databases]
async fn session_lookup_belongs_to_its_request(database: Database) {
    let (app, collector) = traced(&database, |_| {}).await;
    let token = app.register_and_activate("ada@example.com", PASSWORD).await;
    app.bearer(&token).me().await.is_active();
    app.stop().await;
    let spans = collector.spans();
    let statements = children(&spans, only(&spans, "me"));
    assert!(
        statements.iter().any(|statement| statement.name == "SELECT"),
        "{statements:#?}"
    );
}

#[on_both_databases]
async fn fault_of_the_server_is_a_failed_span(database: Database) {
    let (app, collector) = traced(&database, |_| {}).await;
    let db = app.db().clone();
    db.close().await.expect("the database closes");
    app.sign_in("ada@example.com", PASSWORD).await;
    app.stop().await;
    let spans = collector.spans();
    let span = only(&spans, "signIn");
    assert_eq!(span.attributes["error.type"], "INTERNAL_SERVER_ERROR", "{span:?}");
    assert!(span.has_failed);
    let statements = children(&spans, span);
    assert!(
        statements.iter().any(|statement| statement.has_failed),
        "{statements:#?}"
    );
}

#[on_both_databases]
async fn email_continues_the_trace_of_its_request(database: Database) {
    let (app, collector) = traced(&database, |_| {}).await;
    app.register_and_read_code("ada@example.com", PASSWORD).await;
    app.stop().await;
    let spans = collector.spans();
    let email = only(&spans, "email registration");
    let request = only(&spans, "register");
    assert_eq!(email.ids[0], request.ids[0]);
    assert_eq!((email.kind, &email.ids[2]), (SpanKind::Client, &request.ids[1]));
    assert_eq!(email.attributes["email.kind"], "registration");
    assert_eq!(email.attributes["email.attempts"], "1");
    assert!(email.attributes.contains_key("verification.id"), "{email:?}");
    assert!(!email.has_failed);
}

#[on_both_databases]
async fn second_email_continues_the_trace_of_the_second_request(database: Database) {
    let (app, collector) = traced(&database, |_| {}).await;
    let token = app.register("ada@example.com", PASSWORD).await.verification_token();
    app.next_code("ada@example.com").await;
    app.clock.advance(seconds(60));
    app.resend_with_token(&token).await.succeeds();
    app.next_code("ada@example.com").await;
    app.stop().await;
    let spans = collector.spans();
    for request in ["register", "resendActivationCode"] {
        let children = children(&spans, only(&spans, request));
        let emails = children.iter().filter(|child| child.name.starts_with("email "));
        assert_eq!(emails.count(), 1, "{children:#?}");
    }
}

#[on_both_databases]
async fn email_that_is_not_sent_is_a_failed_span(database: Database) {
    // Nobody listens there.
    let smtp = Some("smtp://127.0.0.1:1".to_owned());
    let (app, collector) = traced(&database, |app| app.smtp_url = smtp).await;
    app.register("ada@example.com", PASSWORD).await.succeeds();
    let retried = "emails_total{kind=\"registration\",outcome=\"retried\"} 1";
    eventually("the attempt", async || read(&app).await.contains(retried)).await;
    app.stop().await;
    assert!(only(&collector.spans(), "email registration").has_failed);
}

#[on_both_databases]
async fn receiver_of_a_webhook_learns_its_span(database: Database) {
    let receiver = Receiver::start().await;
    let (app, collector) = traced(&database, |app| app.webhooks = receiver.config()).await;
    app.register_and_activate("ada@example.com", PASSWORD).await;
    eventually("the webhook", async || !receiver.received().is_empty()).await;
    app.stop().await;
    let spans = collector.spans();
    let webhook = only(&spans, "webhook user.activated");
    let [trace, id, parent] = &webhook.ids;
    let request = &only(&spans, "activate").ids;
    assert_eq!([trace, parent], [&request[0], &request[1]]);
    let request = &receiver.received()[0];
    assert_eq!(request.header("traceparent"), format!("00-{trace}-{id}-01"));
    assert_eq!(webhook.attributes["webhook.id"], request.header("webhook-id"));
    assert_eq!(webhook.attributes["http.response.status_code"], "204");
    assert_eq!(webhook.attributes["server.address"], "127.0.0.1");
}
