//! Each test sets the one limit that it is about to a short time and every other limit to an hour, and waits for the
//! connection to close or to go on. `tests/it/slow_clients.rs` tests the limits that the server really has.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::routing::{any, get};
use futures_util::stream;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::*;
use crate::connections::ConnectionLimits;

const SHORT: Duration = Duration::from_millis(200);
const HOUR: Duration = Duration::from_hours(1);
const HOURS: Limits = Limits {
    connections: ConnectionLimits::total(10),
    head_timeout: HOUR,
    idle_timeout: HOUR,
    write_timeout: HOUR,
    drain_timeout: HOUR,
};

const TEST_TIMEOUT: Duration = Duration::from_secs(20);

/// More than the buffers of a connection hold.
const LARGE: usize = 64 * 1024 * 1024;

const REQUEST: &str = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
const HELD: &str = "GET /held HTTP/1.1\r\nhost: a\r\n\r\n";
const HELD_BODY: &str = "GET /held-body HTTP/1.1\r\nhost: a\r\n\r\n";

/// In parts, so that the server does not have all of it at once.
fn large_body() -> impl Iterator<Item = Result<Vec<u8>, Infallible>> {
    let part = vec![0; LARGE / 64];
    std::iter::repeat_n(part, 64).map(Ok)
}

struct TestServer {
    address: SocketAddr,
    stop: CancellationToken,
    ended: JoinHandle<()>,
    /// Lets the handler of `/held`, or the body of `/held-body`, go on.
    release: Arc<Notify>,
    /// Tells that one of them waits for that.
    begun: Arc<Notify>,
}

impl TestServer {
    async fn start(limits: Limits) -> Self {
        let listener = Arc::new(TcpListener::bind("127.0.0.1:0").await.expect("a free port"));
        let address = listener.local_addr().expect("its address");
        let stop = CancellationToken::new();
        let release = Arc::new(Notify::new());
        let (held, held_body) = (release.clone(), release.clone());
        let begun = Arc::new(Notify::new());
        let (held_begun, held_body_begun) = (begun.clone(), begun.clone());
        let router = Router::new()
            .route("/", get(async || "ok"))
            .route("/large", get(async || Body::from_stream(stream::iter(large_body()))))
            .route("/body", any(async |_: Bytes| "ok"))
            .route(
                "/held",
                any(async move |body: Bytes| {
                    // A request with a body is handled once it has arrived.
                    drop(body);
                    held_begun.notify_one();
                    held.notified().await;
                    "released"
                }),
            )
            .route(
                "/held-body",
                get(async move || {
                    Body::from_stream(stream::once(async move {
                        held_body_begun.notify_one();
                        held_body.notified().await;
                        Ok::<_, Infallible>("released")
                    }))
                }),
            );
        let ended = tokio::spawn(serve(listener, router, limits, |_| None, stop.clone()));
        Self {
            address,
            stop,
            ended,
            release,
            begun,
        }
    }

    async fn send(&self, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.expect("a connection");
        stream.write_all(text.as_bytes()).await.expect("the server reads");
        stream
    }

    async fn ends(self) {
        in_time(self.ended).await.expect("no panic");
    }
}

async fn in_time<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(TEST_TIMEOUT, future)
        .await
        .expect("completion in time")
}

/// Reads a response up to the end of its body.
async fn expect_response(stream: &mut TcpStream, body: &str) {
    let mut read = Vec::new();
    while !read.ends_with(body.as_bytes()) {
        assert!(
            in_time(stream.read_buf(&mut read)).await.expect("a response") > 0,
            "{body}"
        );
    }
    assert!(read.starts_with(b"HTTP/1.1 200 "));
}

async fn expect_closed(stream: &mut TcpStream) {
    let end = in_time(stream.read(&mut [0; 1])).await;
    assert!(matches!(end, Ok(0) | Err(_)), "{end:?}");
}

async fn expect_open(stream: &mut TcpStream) {
    let end = tokio::time::timeout(SHORT * 3, stream.read(&mut [0; 1])).await;
    assert!(end.is_err(), "{end:?}");
}

#[tokio::test]
async fn silent_connection_is_closed_after_head_timeout() {
    let server = TestServer::start(Limits {
        head_timeout: SHORT,
        ..HOURS
    })
    .await;
    expect_closed(&mut server.send("").await).await;
}

#[tokio::test]
async fn slow_head_is_closed_after_head_timeout_even_if_bytes_keep_coming() {
    let server = TestServer::start(Limits {
        head_timeout: SHORT,
        ..HOURS
    })
    .await;
    for before in ["", REQUEST] {
        let mut stream = server.send(before).await;
        if !before.is_empty() {
            expect_response(&mut stream, "ok").await;
        }
        let trickle = async {
            stream.write_all(b"GET / HTTP/1.1\r\nx: ").await?;
            loop {
                stream.write_all(b"x").await?;
                if let Ok(read) = tokio::time::timeout(SHORT / 10, stream.read(&mut [0; 1])).await {
                    return read;
                }
            }
        };
        let end = in_time(trickle).await;
        assert!(matches!(end, Ok(0) | Err(_)), "{end:?}");
    }
}

#[tokio::test]
async fn idle_connection_is_closed_after_idle_timeout_only() {
    let server = TestServer::start(Limits {
        idle_timeout: SHORT,
        ..HOURS
    })
    .await;
    let mut prompt = server.send(REQUEST).await;
    expect_response(&mut prompt, "ok").await;
    expect_closed(&mut prompt).await;
    let mut held = server.send(HELD).await;
    expect_open(&mut held).await;
    server.release.notify_one();
    expect_response(&mut held, "released").await;
    expect_closed(&mut held).await;

    let server = TestServer::start(Limits {
        head_timeout: SHORT,
        ..HOURS
    })
    .await;
    let mut stream = server.send(REQUEST).await;
    expect_response(&mut stream, "ok").await;
    expect_open(&mut stream).await;
    stream.write_all(REQUEST.as_bytes()).await.expect("the server reads");
    expect_response(&mut stream, "ok").await;
}

#[tokio::test]
async fn no_timeout_applies_while_the_handler_runs() {
    let server = TestServer::start(Limits {
        connections: ConnectionLimits::total(1),
        head_timeout: SHORT,
        idle_timeout: SHORT,
        write_timeout: SHORT,
        drain_timeout: SHORT,
    })
    .await;
    let mut stream = server.send(HELD).await;
    expect_open(&mut stream).await;
    server.release.notify_one();
    expect_response(&mut stream, "released").await;
}

#[tokio::test]
async fn no_timeout_applies_while_the_body_waits_for_its_next_part() {
    let server = TestServer::start(Limits {
        idle_timeout: SHORT,
        ..HOURS
    })
    .await;
    let mut stream = server.send(HELD_BODY).await;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        assert!(in_time(stream.read_buf(&mut head)).await.expect("a head") > 0);
    }
    expect_open(&mut stream).await;
    server.release.notify_one();
    let mut body = [0; b"8\r\nreleased\r\n0\r\n\r\n".len()];
    in_time(stream.read_exact(&mut body)).await.expect("the body");
    assert_eq!(&body, b"8\r\nreleased\r\n0\r\n\r\n");
    expect_closed(&mut stream).await;
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let server = TestServer::start(Limits {
        head_timeout: SHORT,
        ..HOURS
    })
    .await;
    let mut stream = server.send(&format!("{REQUEST}{HELD}{REQUEST}")).await;
    expect_response(&mut stream, "ok").await;
    expect_open(&mut stream).await;
    server.release.notify_one();
    let mut read = String::new();
    while read.matches("HTTP/1.1 200").count() < 2 || !read.ends_with("ok") {
        let mut part = [0; 512];
        let length = in_time(stream.read(&mut part)).await.expect("a response");
        assert!(length > 0, "{read}");
        read += std::str::from_utf8(&part[..length]).expect("text");
    }
    assert!(read.find("released") < read.rfind("ok"));
    expect_open(&mut stream).await;
}

#[tokio::test]
async fn unread_response_is_closed_after_write_timeout() {
    let server = TestServer::start(Limits {
        write_timeout: SHORT,
        ..HOURS
    })
    .await;
    let mut unread = server.send(&REQUEST.replace("/ ", "/large ")).await;
    // The response has begun.
    in_time(unread.read_exact(&mut [0; 1])).await.expect("a response");
    server.stop.cancel();
    server.ends().await;
}

#[tokio::test]
async fn connection_that_waits_for_its_client_makes_room() {
    let slow_body = "POST /body HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\nexpect: 100-continue\r\n\r\n12345";
    let unread = &REQUEST.replace("/ ", "/large ");
    // The request, and what the client reads before the next one connects.
    for (request, read) in [
        ("", ""),
        ("GET", ""),
        (REQUEST, "ok"),
        (slow_body, "100 Continue\r\n\r\n"),
        (unread, "HTTP"),
    ] {
        let server = TestServer::start(Limits {
            connections: ConnectionLimits::total(1),
            ..HOURS
        })
        .await;
        let mut waiting = server.send(request).await;
        let mut begin = Vec::new();
        while !begin.ends_with(read.as_bytes()) {
            begin.push(in_time(waiting.read_u8()).await.expect("a response"));
        }
        // The next connection is refused until the server waits for the client of this one.
        in_time(async { while !is_answered(&server).await {} }).await;
        let mut rest = Vec::new();
        let _ = in_time(waiting.read_to_end(&mut rest)).await;
        assert!(rest.len() < LARGE, "it was closed");
    }
}

async fn is_answered(server: &TestServer) -> bool {
    let mut stream = server.send(REQUEST).await;
    matches!(in_time(stream.read(&mut [0; 1])).await, Ok(1))
}

#[tokio::test]
async fn connection_whose_request_is_handled_makes_no_room() {
    let post = HELD
        .replace("GET", "POST")
        .replace("\r\n\r\n", "\r\ncontent-length: 5\r\n\r\n12345");
    for (held, answer) in [
        (HELD, "released"),
        (HELD_BODY, "released\r\n0\r\n\r\n"),
        (&post, "released"),
    ] {
        let server = TestServer::start(Limits {
            connections: ConnectionLimits::total(1),
            ..HOURS
        })
        .await;
        let mut stream = server.send(held).await;
        in_time(server.begun.notified()).await;
        expect_closed(&mut server.send(REQUEST).await).await;
        server.release.notify_one();
        expect_response(&mut stream, answer).await;
        assert!(is_answered(&server).await, "now it waits for its client");
    }
}

#[tokio::test]
async fn stop_closes_idle_connections_at_once() {
    let server = TestServer::start(HOURS).await;
    let mut idle = server.send(REQUEST).await;
    expect_response(&mut idle, "ok").await;
    let mut silent = server.send("").await;
    // Connections are accepted in order: when this one is answered, the silent one was accepted.
    expect_response(&mut server.send(REQUEST).await, "ok").await;
    server.stop.cancel();
    expect_closed(&mut idle).await;
    expect_closed(&mut silent).await;
    server.ends().await;
}

#[tokio::test]
async fn stop_closes_connections_whose_head_does_not_arrive() {
    let server = TestServer::start(HOURS).await;
    let mut first = server.send("GET / HT").await;
    let mut second = server.send(REQUEST).await;
    expect_response(&mut second, "ok").await;
    second.write_all(b"GET / HT").await.expect("the server reads");
    expect_response(&mut server.send(REQUEST).await, "ok").await;
    server.stop.cancel();
    expect_closed(&mut first).await;
    expect_closed(&mut second).await;
    server.ends().await;
}

#[tokio::test]
async fn head_that_arrives_in_parts_is_answered_after_stop() {
    let server = TestServer::start(HOURS).await;
    let (begin, end) = REQUEST.split_at(8);
    let mut stream = server.send(begin).await;
    expect_response(&mut server.send(REQUEST).await, "ok").await;
    server.stop.cancel();
    stream.write_all(end.as_bytes()).await.expect("the server reads");
    expect_response(&mut stream, "ok").await;
    server.ends().await;
}

#[tokio::test]
async fn request_in_progress_is_answered_after_stop() {
    let server = TestServer::start(HOURS).await;
    let mut held = server.send(HELD).await;
    // Connections are accepted in order: when this one is answered, the held one was accepted.
    expect_response(&mut server.send(REQUEST).await, "ok").await;
    server.stop.cancel();
    expect_open(&mut held).await;
    assert!(TcpStream::connect(server.address).await.is_err());
    assert!(!server.ended.is_finished());
    server.release.notify_one();
    expect_response(&mut held, "released").await;
    expect_closed(&mut held).await;
    server.ends().await;
}

#[tokio::test]
async fn stop_waits_no_longer_than_drain_timeout() {
    let server = TestServer::start(Limits {
        drain_timeout: SHORT,
        ..HOURS
    })
    .await;
    let mut held = server.send(HELD).await;
    expect_response(&mut server.send(REQUEST).await, "ok").await;
    server.stop.cancel();
    server.ends().await;
    expect_closed(&mut held).await;
}
