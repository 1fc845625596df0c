//! Each test gives a client little of the one time that it is about, and an hour of every other, and waits for the
//! connection to end or to go on. The times that the server really has are tested in `tests/it/slow_clients.rs`.

use std::future::Future;

use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::*;

const SOON: Duration = Duration::from_millis(200);
const HOUR: Duration = Duration::from_hours(1);
const HOURS: Limits = Limits {
    head: HOUR,
    idle: HOUR,
    write: HOUR,
    drain: HOUR,
};

/// How long something may take that is to happen soon.
const PATIENCE: Duration = Duration::from_secs(20);

struct Serving {
    address: SocketAddr,
    stop: CancellationToken,
    ended: JoinHandle<()>,
    /// What a request to `/held` is waiting for.
    release: Arc<Notify>,
}

impl Serving {
    async fn start(limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let stop = CancellationToken::new();
        let release = Arc::new(Notify::new());
        let held = release.clone();
        let router = Router::new()
            .route("/", get(async || "ok"))
            .route("/large", get(async || vec![0_u8; 64 * 1024 * 1024]))
            .route(
                "/held",
                get(async move || {
                    held.notified().await;
                    "released"
                }),
            );
        let ended = tokio::spawn(serve(listener, router, limits, stop.clone()));
        Self {
            address,
            stop,
            ended,
            release,
        }
    }

    async fn send(&self, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.expect("a connection");
        stream.write_all(text.as_bytes()).await.expect("room for it");
        stream
    }

    async fn ends(self) {
        soon(self.ended).await.expect("no panic");
    }
}

async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, what).await.expect("it happens soon")
}

/// Reads an answer up to the end of its body.
async fn answer(stream: &mut TcpStream, body: &str) {
    let mut read = Vec::new();
    while !read.ends_with(body.as_bytes()) {
        assert!(soon(stream.read_buf(&mut read)).await.expect("an answer") > 0, "{body}");
    }
    assert!(read.starts_with(b"HTTP/1.1 200 "));
}

async fn is_cut(stream: &mut TcpStream) {
    let end = soon(stream.read(&mut [0; 1])).await;
    assert!(matches!(end, Ok(0) | Err(_)), "{end:?}");
}

async fn is_kept(stream: &mut TcpStream) {
    let end = tokio::time::timeout(SOON * 3, stream.read(&mut [0; 1])).await;
    assert!(end.is_err(), "{end:?}");
}

const REQUEST: &str = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
const HELD: &str = "GET /held HTTP/1.1\r\nhost: a\r\n\r\n";

#[tokio::test]
async fn who_says_nothing_is_cut() {
    let serving = Serving::start(Limits { head: SOON, ..HOURS }).await;
    is_cut(&mut serving.send("").await).await;
}

#[tokio::test]
async fn a_slow_head_is_cut_however_often_a_byte_of_it_comes() {
    let serving = Serving::start(Limits { head: SOON, ..HOURS }).await;
    for before in ["", REQUEST] {
        let mut stream = serving.send(before).await;
        if !before.is_empty() {
            answer(&mut stream, "ok").await;
        }
        let trickle = async {
            stream.write_all(b"GET / HTTP/1.1\r\nx: ").await?;
            loop {
                stream.write_all(b"x").await?;
                if let Ok(read) = tokio::time::timeout(SOON / 10, stream.read(&mut [0; 1])).await {
                    return read;
                }
            }
        };
        let end = soon(trickle).await;
        assert!(matches!(end, Ok(0) | Err(_)), "{end:?}");
    }
}

#[tokio::test]
async fn who_asks_for_no_more_is_cut_after_the_idle_time_alone() {
    let serving = Serving::start(Limits { idle: SOON, ..HOURS }).await;
    let mut at_once = serving.send(REQUEST).await;
    answer(&mut at_once, "ok").await;
    is_cut(&mut at_once).await;
    let mut held = serving.send(HELD).await;
    is_kept(&mut held).await;
    serving.release.notify_one();
    answer(&mut held, "released").await;
    is_cut(&mut held).await;

    let serving = Serving::start(Limits { head: SOON, ..HOURS }).await;
    let mut stream = serving.send(REQUEST).await;
    answer(&mut stream, "ok").await;
    is_kept(&mut stream).await;
    stream.write_all(REQUEST.as_bytes()).await.expect("room for it");
    answer(&mut stream, "ok").await;
}

#[tokio::test]
async fn who_waits_for_an_answer_is_not_cut() {
    let serving = Serving::start(Limits {
        head: SOON,
        idle: SOON,
        write: SOON,
        drain: SOON,
    })
    .await;
    let mut stream = serving.send(HELD).await;
    is_kept(&mut stream).await;
    serving.release.notify_one();
    answer(&mut stream, "released").await;
}

#[tokio::test]
async fn requests_sent_at_once_are_answered_in_order() {
    let serving = Serving::start(Limits { head: SOON, ..HOURS }).await;
    let mut stream = serving.send(&format!("{REQUEST}{HELD}{REQUEST}")).await;
    answer(&mut stream, "ok").await;
    is_kept(&mut stream).await;
    serving.release.notify_one();
    let mut read = String::new();
    while read.matches("HTTP/1.1 200").count() < 2 || !read.ends_with("ok") {
        let mut part = [0; 512];
        let length = soon(stream.read(&mut part)).await.expect("an answer");
        assert!(length > 0, "{read}");
        read += std::str::from_utf8(&part[..length]).expect("text");
    }
    assert!(read.find("released") < read.rfind("ok"));
    is_kept(&mut stream).await;
}

#[tokio::test]
async fn who_takes_in_nothing_is_cut() {
    let serving = Serving::start(Limits { write: SOON, ..HOURS }).await;
    let mut unread = serving.send(&REQUEST.replace("/ ", "/large ")).await;
    // The answer has begun.
    soon(unread.read_exact(&mut [0; 1])).await.expect("an answer");
    serving.stop.cancel();
    serving.ends().await;
}

#[tokio::test]
async fn a_stop_waits_for_nobody_who_is_idle() {
    let serving = Serving::start(HOURS).await;
    let mut idle = serving.send(REQUEST).await;
    answer(&mut idle, "ok").await;
    let mut silent = serving.send("").await;
    // What came after the silent one was accepted, so it was too.
    answer(&mut serving.send(REQUEST).await, "ok").await;
    serving.stop.cancel();
    is_cut(&mut idle).await;
    is_cut(&mut silent).await;
    serving.ends().await;
}

#[tokio::test]
async fn a_request_under_way_is_answered_after_the_stop() {
    let serving = Serving::start(HOURS).await;
    let mut held = serving.send(HELD).await;
    // Its turn has come when this one's has: connections are accepted in order.
    answer(&mut serving.send(REQUEST).await, "ok").await;
    serving.stop.cancel();
    is_kept(&mut held).await;
    assert!(TcpStream::connect(serving.address).await.is_err());
    assert!(!serving.ended.is_finished());
    serving.release.notify_one();
    answer(&mut held, "released").await;
    is_cut(&mut held).await;
    serving.ends().await;
}

#[tokio::test]
async fn a_stop_does_not_wait_longer_than_it_is_to() {
    let serving = Serving::start(Limits { drain: SOON, ..HOURS }).await;
    let _held = serving.send(HELD).await;
    answer(&mut serving.send(REQUEST).await, "ok").await;
    serving.stop.cancel();
    serving.ends().await;
}
