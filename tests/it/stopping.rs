//! A stop waits for requests in progress, and not for idle connections.

use std::time::Duration;

use serde_json::json;
use tests::{Database, PASSWORD, TestApp, on_both_databases};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Less than the time that the server waits for requests in progress.
const STOP_LIMIT: Duration = Duration::from_secs(5);

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

#[on_both_databases]
async fn request_in_progress_is_answered_during_the_stop(database: Database) {
    let app = TestApp::start(&database).await;
    let address = app.server().address();
    let body = json!({
        "query": "mutation($input: RegisterInput!) { register(input: $input) { codeLength } }",
        "variables": { "input": { "email": "ada@example.com", "password": PASSWORD } },
    })
    .to_string();
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {}\r\nexpect: 100-continue\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.expect("the server reads");
    // The server waits for the body.
    let mut go_on = [0; b"HTTP/1.1 100 Continue\r\n\r\n".len()];
    stream.read_exact(&mut go_on).await.expect("the server answers");

    let stop = tokio::spawn(app.stop());
    tests::eventually("the server accepts no connection", async || {
        TcpStream::connect(address).await.is_err()
    })
    .await;
    stream.write_all(body.as_bytes()).await.expect("the server reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("the server answers");
    assert!(
        answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("{\"data\":{\"register\":{\"codeLength\":4}}}"),
        "{answer}"
    );
    tokio::time::timeout(STOP_LIMIT, stop)
        .await
        .expect("the server stops")
        .expect("no panic");
}
