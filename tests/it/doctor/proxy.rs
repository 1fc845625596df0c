//! `api doctor` asks the server through a proxy, which treats headers as proxies do.

use std::net::SocketAddr;

use axum::Router;
use axum::extract::Request;
use axum::http::header::{HOST, LOCATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use reqwest::Method;
use serde_json::Value;
use tests::{Database, Installation};
use tokio::net::TcpListener;

use super::{examine, mail_server, migrated};

const FORWARDED_FOR: &str = "x-forwarded-for";

/// Forwards to a server, after a change of the headers.
async fn proxy(server: SocketAddr, change: fn(&mut HeaderMap)) -> String {
    let http = reqwest::Client::builder().no_proxy().build().expect("an HTTP client");
    let forward = async move |request: Request| -> Response {
        let (mut head, _) = request.into_parts();
        change(&mut head.headers);
        let url = format!("http://{server}{}", head.uri.path());
        let answer = http
            .get(url)
            .headers(head.headers)
            .send()
            .await
            .expect("the server answers");
        let status = answer.status();
        (status, answer.bytes().await.expect("a body")).into_response()
    };
    listen(Router::new().fallback(forward)).await
}

/// The URL of these routes.
async fn listen(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// What is said about the proxy: `ok`, and the message.
async fn verdict(database: &Database, others: &[(&str, &str)]) -> (bool, String) {
    let (_, findings) = examine(database, &mail_server().await, others).await;
    let found = findings.iter().find(|finding| finding["check"] == "proxy");
    let found = found.unwrap_or_else(|| panic!("{findings:#?}"));
    let message = found["message"].as_str().expect("a text");
    (found["ok"] == Value::Bool(true), message.to_owned())
}

fn set(headers: &mut HeaderMap, value: &'static str) {
    headers.insert(FORWARDED_FOR, HeaderValue::from_static(value));
}

/// A server, what the proxy does to the headers, and the verdict.
type Case = (SocketAddr, fn(&mut HeaderMap), bool, &'static str);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn treatment_of_headers_is_judged() {
    let database = Database::sqlite();
    let trusting = Installation::on(database.url())
        .await
        .with("TRUSTED_PROXIES", "127.0.0.1");
    let other = Database::sqlite();
    let strict = Installation::on(other.url()).await;
    let ((_trusting, trusting), (_strict, strict)) = (trusting.start().await, strict.start().await);
    let (trusting, strict) = (trusting.address(), strict.address());
    let cases: [Case; 8] = [
        (
            trusting,
            |headers| set(headers, "203.0.113.5"),
            true,
            "this client is in 203.0.113.0/24",
        ),
        (
            trusting,
            |headers| set(headers, "192.0.2.77, 203.0.113.5"),
            true,
            "in 203.0.113.0/24",
        ),
        (trusting, |_| {}, false, "passes on the X-Forwarded-For of a client"),
        (
            trusting,
            |headers| set(headers, "192.0.2.77, 127.0.0.1"),
            false,
            "passes on",
        ),
        (
            trusting,
            |headers| drop(headers.remove(FORWARDED_FOR)),
            false,
            "sends no X-Forwarded-For",
        ),
        (
            strict,
            |headers| set(headers, "203.0.113.5"),
            false,
            "TRUSTED_PROXIES: the proxy in 127.0.0.0/24 is missing",
        ),
        (
            trusting,
            |headers| {
                set(headers, "203.0.113.5");
                headers.insert(HOST, HeaderValue::from_static("api"));
            },
            false,
            "with api, so ALLOWED_HOSTS has no effect",
        ),
        (
            trusting,
            |headers| drop(headers.insert(HOST, HeaderValue::from_static("evil.example"))),
            false,
            "PUBLIC_URL: 421: add its host to ALLOWED_HOSTS",
        ),
    ];
    for (server, change, ok, expected) in cases {
        let url = proxy(server, change).await;
        let (found, message) = verdict(&database, &[("PUBLIC_URL", &url)]).await;
        assert!(found == ok && message.contains(expected), "{expected}: {message}");
    }
    let direct = format!("http://{strict}");
    let (ok, message) = verdict(&database, &[("PUBLIC_URL", &direct)]).await;
    assert!(ok && message.starts_with("there is none"), "{message}");
    let other_key = [
        ("PUBLIC_URL", &*direct),
        ("SECRET_KEY", "another secret of thirty-two bytes or more"),
    ];
    let (ok, message) = verdict(&database, &other_key).await;
    assert!(!ok && message.contains("a server with another SECRET_KEY"), "{message}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_public_url_is_named() {
    let database = Database::sqlite();
    migrated(&database).await;
    let moved = (StatusCode::MOVED_PERMANENTLY, [(LOCATION, "https://api.example.com/")]);
    let redirect = listen(Router::new().fallback(async move || moved)).await;
    let page = listen(Router::new().fallback(async || "<h1>Welcome</h1>")).await;
    for (url, expected) in [
        (&*redirect, "301 Moved Permanently: set it to where the redirect leads"),
        (&page, "something else answers there"),
        ("http://127.0.0.1:1", "cannot connect: connection refused"),
        (&page.replace("http:", "https:"), "TLS: the handshake failed"),
    ] {
        let (ok, message) = verdict(&database, &[("PUBLIC_URL", url)]).await;
        assert!(
            !ok && message.starts_with("PUBLIC_URL: ") && message.contains(expected),
            "{message}"
        );
    }
    let production = ("APP_ENV", "production");
    let (ok, message) = verdict(&database, &[production, ("PUBLIC_URL", &page)]).await;
    assert!(!ok && message.contains("it must be an https URL"), "{message}");
    let (ok, message) = verdict(&database, &[production]).await;
    assert!(ok && message.starts_with("not checked"), "{message}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn request_without_a_marker_finds_nothing() {
    let database = Database::sqlite();
    let (_process, client) = Installation::on(database.url()).await.start().await;
    let mut answers = Vec::new();
    for (method, path, marker) in [
        (Method::GET, "/nothing", ""),
        (Method::GET, "/doctor", ""),
        (Method::GET, "/doctor", "1767528000000.bWFya2Vy"),
        (Method::POST, "/doctor", ""),
        (Method::DELETE, "/doctor", ""),
    ] {
        let request = client.request(method, path).header("x-doctor-marker", marker);
        let answer = request.send().await.expect("the server answers");
        answers.push((answer.status(), answer.text().await.expect("a text")));
    }
    assert!(
        answers[0].0 == 404 && answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
}
