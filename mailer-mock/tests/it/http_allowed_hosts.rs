//! Protection against DNS rebinding.

use mailer_mock::MailerMock;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{deliver, get, start};

async fn send(mock: &MailerMock, host: &str, method: Method, path: &str) -> reqwest::Response {
    let url = format!("http://{}{path}", mock.http_addr());
    let rule = r#"[{"stage": "rcpt", "drop": true}]"#;
    let body = if method == Method::PUT { rule } else { "" };
    let request = reqwest::Client::new().request(method, url).header("host", host);
    request.body(body).send().await.expect("a response")
}

#[tokio::test]
async fn unknown_host_name_can_neither_read_nor_change() {
    let mock = start().await;
    deliver(&mock, "ada@example.com", "Subject: code 4466\n\n").await;
    for (method, path) in [
        (Method::GET, "/"),
        (Method::GET, "/page/main.js"),
        (Method::GET, "/view/latest.html"),
        (Method::GET, "/metrics"),
        (Method::GET, "/livez"),
        (Method::GET, "/nothing"),
        (Method::GET, "/api/v1/messages"),
        (Method::GET, "/api/v1/message/latest"),
        (Method::GET, "/api/v1/events"),
        (Method::PUT, "/api/v1/faults"),
        (Method::DELETE, "/api/v1/messages"),
    ] {
        let answer = send(&mock, "evil.example:8025", method.clone(), path).await;
        assert_eq!(answer.status(), StatusCode::MISDIRECTED_REQUEST, "{method} {path}");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff", "{path}");
        let refusal: Value = answer.json().await.expect("JSON");
        let reason = refusal["Error"].as_str().unwrap_or_default();
        assert!(
            reason.contains("evil.example:8025") && reason.contains("use localhost"),
            "{refusal}"
        );
    }
    assert_eq!(mock.mailbox().messages().len(), 1);
    assert_eq!(get(&mock, "/api/v1/faults").await, (200, json!([])));
}

#[tokio::test]
async fn local_host_names_are_allowed() {
    let mock = start().await;
    for host in ["localhost:8025", "mailbox.localhost", "mailer-mock:8025", "[::1]:8025"] {
        for (method, path) in [
            (Method::GET, "/"),
            (Method::GET, "/api/v1/messages"),
            (Method::PUT, "/api/v1/faults"),
            (Method::DELETE, "/api/v1/messages"),
        ] {
            let answer = send(&mock, host, method.clone(), path).await;
            assert_eq!(answer.status(), StatusCode::OK, "{host} {method} {path}");
        }
    }
}
