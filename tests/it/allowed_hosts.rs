//! Protection against DNS rebinding.

use api::http::AllowedHosts;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{Client, Database, Process, TestApp};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const ME: &str = r#"{"query":"{me{id}}"}"#;

async fn send(client: &Client, host: &str, method: Method, path: &str) -> reqwest::Response {
    let request = client.request(method, path).header("host", host);
    let request = request.header("content-type", "application/json").body(ME);
    request.send().await.expect("an answer")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unknown_host_name_reaches_no_route() {
    let app = TestApp::start(&Database::sqlite()).await;
    for (method, path) in [
        (Method::POST, "/graphql"),
        (Method::GET, "/graphql?query={me{id}}"),
        (Method::GET, "/"),
        (Method::GET, "/schema.graphql"),
        (Method::GET, "/metrics"),
        (Method::GET, "/livez"),
        (Method::GET, "/readyz"),
        (Method::GET, "/nothing"),
    ] {
        let answer = send(&app, "evil.example:8000", method.clone(), path).await;
        assert_eq!(answer.status(), StatusCode::MISDIRECTED_REQUEST, "{method} {path}");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff", "{path}");
        assert!(answer.headers().contains_key("x-request-id"), "{path}");
        let body: Value = answer.json().await.expect("JSON");
        let message =
            "This host name is not allowed. Use localhost or an IP address, or add the name to ALLOWED_HOSTS.";
        let expected = json!({"errors": [{"message": message, "extensions": {"code": "BAD_REQUEST"}}]});
        assert_eq!(body, expected);
    }
    // A foreign page with a name of its own gets no answer to a preflight either.
    let preflight = send(&app, "evil.example:8000", Method::OPTIONS, "/graphql").await;
    assert_eq!(preflight.status(), StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn local_host_names_reach_every_route() {
    let app = TestApp::start(&Database::sqlite()).await;
    for host in [
        "localhost:8000",
        "app.localhost",
        "api:8000",
        "[::1]:8000",
        "192.0.2.7",
        "10.1.2.3:8000",
    ] {
        for (method, path) in [
            (Method::POST, "/graphql"),
            (Method::GET, "/"),
            (Method::GET, "/livez"),
            (Method::GET, "/readyz"),
            (Method::GET, "/metrics"),
        ] {
            let answer = send(&app, host, method.clone(), path).await;
            assert_eq!(answer.status(), StatusCode::OK, "{host} {method} {path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn configured_host_names_are_allowed() {
    let app = TestApp::with(&Database::sqlite(), |app| {
        app.allowed_hosts = AllowedHosts::local_and(vec!["api.example.com".to_owned()]);
    })
    .await;
    for (host, expected) in [
        ("api.example.com", 200),
        ("API.example.com:443", 200),
        ("localhost", 200),
        ("other.example.com", 421),
    ] {
        let answer = send(&app, host, Method::POST, "/graphql").await;
        assert_eq!(answer.status(), expected, "{host}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn host_name_in_the_request_target_counts() {
    let app = TestApp::start(&Database::sqlite()).await;
    for (head, expected) in [
        ("GET /livez HTTP/1.1\r\nHost: localhost\r\n", "200"),
        ("GET http://localhost:8000/livez HTTP/1.1\r\nHost: localhost\r\n", "200"),
        ("GET http://evil.example/livez HTTP/1.1\r\nHost: localhost\r\n", "421"),
        ("GET http://localhost/livez HTTP/1.1\r\nHost: evil.example\r\n", "421"),
        (
            "GET /livez HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n",
            "421",
        ),
        (
            "GET /livez HTTP/1.1\r\nHost: evil.example\r\nHost: localhost\r\n",
            "421",
        ),
        // Health checks of load balancers.
        ("GET /livez HTTP/1.0\r\n", "200"),
    ] {
        let mut stream = TcpStream::connect(app.address()).await.expect("a connection");
        let request = format!("{head}Connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("the server reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("text");
        assert_eq!(answer.split(' ').nth(1), Some(expected), "{head}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn production_allows_any_host_name_by_default() {
    let folder = TempDir::new().expect("a folder");
    let database = Database::sqlite();
    let environment = [
        ("APP_ENV", "production"),
        ("DATABASE_URL", database.url()),
        ("SECRET_KEY", "a secret of thirty-two bytes or more"),
        ("SMTP_URL", "smtps://127.0.0.1:1"),
        ("HTTP_ADDR", "127.0.0.1:0"),
        ("METRICS_ADDR", "127.0.0.1:0"),
    ];
    for (allowed, expected) in [("", 200), ("api.example.com, www.example.com", 421)] {
        let mut environment = environment.to_vec();
        environment.push(("ALLOWED_HOSTS", allowed));
        let mut server = Process::api(folder.path(), &[], &environment);
        let client = Client::new(server.listening().await);
        for (host, expected) in [("evil.example", expected), ("www.example.com", 200), ("127.0.0.1", 200)] {
            let answer = send(&client, host, Method::POST, "/graphql").await;
            assert_eq!(answer.status(), expected, "{allowed:?} {host}");
        }
        server.kill().await;
    }
}
