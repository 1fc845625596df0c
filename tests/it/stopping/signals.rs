//! What signals do to the real binary.

use std::net::SocketAddr;
use std::time::Duration;

use tests::{Client, Database, Installation, Process, eventually};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

const REQUEST: &str = "GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n";

/// The server waits up to ten seconds for the rest of such a body.
const UNFINISHED: &str = "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
    content-length: 100\r\nexpect: 100-continue\r\n\r\n";

async fn send(address: SocketAddr, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(text.as_bytes()).await.expect("the server reads");
    stream
}

/// Reads a response up to this end.
async fn read_to(stream: &mut TcpStream, end: &str) -> String {
    let mut read = Vec::new();
    while !read.ends_with(end.as_bytes()) {
        let length = stream.read_buf(&mut read).await.expect("a response");
        assert!(length > 0, "{}", String::from_utf8_lossy(&read));
    }
    String::from_utf8(read).expect("text")
}

/// The process, its client, and what it needs until its end.
async fn start(settings: &[(&'static str, &str)]) -> (Process, Client, impl Sized + use<>) {
    let database = Database::sqlite();
    let mut installation = Installation::on(database.url()).await;
    for (name, value) in settings {
        installation = installation.with(name, value);
    }
    let (process, client) = installation.start().await;
    (process, client, (database, installation))
}

async fn is_listening(address: SocketAddr) -> bool {
    TcpStream::connect(address).await.is_ok()
}

/// It takes half a second, in which half a head may become whole. Their timeouts are ten seconds and more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stop_does_not_wait_for_connections_that_wait() {
    let (process, client, _guard) = start(&[]).await;
    let address = client.address();
    let _silent = send(address, "").await;
    let _half_sent = send(address, &REQUEST[..20]).await;
    let mut idle = send(address, REQUEST).await;
    read_to(&mut idle, "ok\n").await;
    let mut again = send(address, REQUEST).await;
    read_to(&mut again, "ok\n").await;
    again
        .write_all(&REQUEST.as_bytes()[..20])
        .await
        .expect("the server reads");
    let mut pipelined = send(address, &REQUEST.repeat(2)).await;
    read_to(&mut pipelined, "ok\n").await;
    let before = Instant::now();
    let (code, log) = process.stop("TERM").await;
    let took = before.elapsed();
    assert_eq!(code, Some(0), "{log:#?}");
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopping_server_answers_for_shutdown_delay_and_is_not_ready() {
    let (process, client, _guard) = start(&[("SHUTDOWN_DELAY", "10min")]).await;
    let address = client.address();
    let mut open = send(address, REQUEST).await;
    let answer = read_to(&mut open, "ok\n").await;
    assert!(!answer.contains("connection: close"), "{answer}");

    process.signal("TERM").await;
    let probe = async || {
        client
            .request(reqwest::Method::GET, "/readyz")
            .send()
            .await
            .expect("an answer")
    };
    eventually("the server is not ready", async || probe().await.status() == 503).await;
    assert_eq!(probe().await.text().await.expect("a text"), "Stopping.\n");
    for _ in 0..2 {
        let answer = client
            .send("{registrationPolicy{codeLength}}", serde_json::json!({}))
            .await;
        assert_eq!(answer.headers["connection"], "close");
        answer.succeeds();
    }
    open.write_all(REQUEST.as_bytes()).await.expect("the server reads");
    let mut answer = String::new();
    open.read_to_string(&mut answer)
        .await
        .expect("the server closes the connection");
    assert!(
        answer.starts_with("HTTP/1.1 200 ") && answer.contains("connection: close"),
        "{answer}"
    );

    // The next signal ends the delay.
    let (code, log) = process.stop("INT").await;
    assert_eq!(code, Some(0), "{log:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn delay_ends_by_itself() {
    let (process, client, _guard) = start(&[("SHUTDOWN_DELAY", "1s")]).await;
    let before = Instant::now();
    process.signal("TERM").await;
    let address = client.address();
    eventually("the server accepts no connection", async || {
        !is_listening(address).await
    })
    .await;
    assert!(before.elapsed() >= Duration::from_secs(1));
    assert_eq!(process.end().await.0, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn request_in_progress_has_shutdown_timeout_or_until_the_next_signal() {
    for (timeout, signals) in [("1s", 1), ("10min", 2)] {
        let (process, client, _guard) = start(&[("SHUTDOWN_TIMEOUT", timeout)]).await;
        let address = client.address();
        let mut unfinished = send(address, UNFINISHED).await;
        read_to(&mut unfinished, "100 Continue\r\n\r\n").await;
        let before = Instant::now();
        process.signal("TERM").await;
        eventually("the server accepts no connection", async || {
            !is_listening(address).await
        })
        .await;
        for _ in 1..signals {
            process.signal("TERM").await;
        }
        assert_eq!(process.end().await.0, Some(0));
        assert!(
            before.elapsed() < Duration::from_secs(8),
            "{timeout}: {:?}",
            before.elapsed()
        );
    }
}
