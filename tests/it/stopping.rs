//! A stop waits for requests in progress, and not for idle connections.

mod claims;
mod signals;

use std::net::SocketAddr;
use std::time::Duration;

use api::accounts;
use api::clock::Clock;
use entity::rate_limit;
use sea_orm::{DatabaseBackend, EntityTrait};
use serde_json::json;
use tests::{Database, PASSWORD, TestApp, count, credentials, eventually, on_both_databases};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Less than the time that the server waits for requests in progress.
const STOP_LIMIT: Duration = Duration::from_secs(20);

#[on_both_databases]
async fn stop_does_not_wait_for_idle_connections(database: Database) {
    let app = TestApp::start(&database).await;
    // The client keeps this connection open.
    app.me().await;
    let _silent = TcpStream::connect(app.server().address()).await.expect("a connection");
    tokio::time::timeout(STOP_LIMIT, app.stop())
        .await
        .expect("the server stops");
}

/// A registration of which the server has everything but the body.
struct PartialRequest {
    stream: TcpStream,
    body: String,
}

impl PartialRequest {
    async fn begin(address: SocketAddr, email: &str) -> Self {
        let body = json!({
            "query": "mutation($input: RegisterInput!) { register(input: $input) { codeLength } }",
            "variables": { "input": { "email": email, "password": PASSWORD } },
        })
        .to_string();
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        let head = format!(
            "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
            expect: 100-continue\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.expect("the server reads");
        // The server waits for the body.
        let mut go_on = [0; b"HTTP/1.1 100 Continue\r\n\r\n".len()];
        stream.read_exact(&mut go_on).await.expect("the server answers");
        Self { stream, body }
    }

    async fn finish(mut self) {
        let sent = self.stream.write_all(self.body.as_bytes()).await;
        sent.expect("the server reads");
        let mut answer = String::new();
        let read = self.stream.read_to_string(&mut answer).await;
        read.expect("the server answers, and closes the connection");
        assert!(
            answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("{\"data\":{\"register\":{\"codeLength\":4}}}"),
            "{answer}"
        );
    }
}

#[on_both_databases]
async fn requests_in_progress_are_answered_and_emailed_during_the_stop(database: Database) {
    let app = TestApp::start(&database).await;
    let (address, mailer) = (app.server().address(), app.mailer.clone());
    let first = PartialRequest::begin(address, "ada@example.com").await;
    let second = PartialRequest::begin(address, "bob@example.com").await;
    let stop = tokio::spawn(app.stop());
    eventually("the server accepts no connection", async || {
        TcpStream::connect(address).await.is_err()
    })
    .await;
    first.finish().await;
    // The email does not wait for the other request.
    let mail = mailer.mailbox().wait_for("ada@example.com", None, STOP_LIMIT).await;
    assert!(mail.is_some());
    second.finish().await;
    tokio::time::timeout(STOP_LIMIT, stop)
        .await
        .expect("the server stops")
        .expect("no panic");
}

#[on_both_databases]
async fn token_of_a_cancelled_check_is_given_back_before_the_stop(database: Database) {
    let app = TestApp::with(&database, |app| app.hashing.threads = 1).await;
    let (address, inner, clock) = (app.server().address(), app.server().app().clone(), app.clock.clone());
    // The only thread is busy, so the check waits.
    let held = inner.hasher.hold().await;
    let check = tokio::spawn({
        let inner = inner.clone();
        async move { accounts::verify(&inner, &credentials("ada@example.com", PASSWORD, 1)).await }
    });
    eventually("the check takes its tokens", async || {
        count::<rate_limit::Entity>(&inner.db).await == 2
    })
    .await;
    // The token can only be given back once a connection is free.
    let connections = match inner.db.get_database_backend() {
        DatabaseBackend::Postgres => 16,
        _ => 1,
    };
    let mut all = Vec::new();
    for _ in 0..connections {
        all.push(api::database::begin(&inner.db).await.expect("a connection"));
    }
    check.abort();
    let _ = check.await;
    drop(held);
    let stop = tokio::spawn(app.stop());
    eventually("the server accepts no connection", async || {
        TcpStream::connect(address).await.is_err()
    })
    .await;
    eventually("the stop waits for the tasks", async || inner.tasks.is_closed()).await;
    assert!(!stop.is_finished(), "a token is still to be given back");
    drop(all);
    stop.await.expect("the server stops");

    let db = api::database::connect(database.url()).await.expect("a connection");
    let limits = rate_limit::Entity::find().all(&db).await.expect("the database answers");
    assert_eq!(limits.len(), 2);
    assert!(
        limits.iter().all(|limit| limit.theoretical_arrival <= clock.now()),
        "{limits:?}"
    );
}
