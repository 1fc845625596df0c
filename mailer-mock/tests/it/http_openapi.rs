//! The `OpenAPI` document matches the routes, and the responses match the document.

use std::collections::BTreeSet;

use boon::{Compiler, Draft, Schemas};
use mailer_mock::{Config, MailerMock};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{deliver, start};

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
const ROUTES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/http/router.rs");

fn document() -> Value {
    let text = std::fs::read_to_string(DOCUMENT).expect("it is there");
    serde_json::from_str(&text).expect("JSON")
}

/// Path, method and status of every response in the document.
fn described(document: &Value) -> BTreeSet<(String, String, String)> {
    let mut described = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            for status in operation["responses"].as_object().expect("responses").keys() {
                described.insert((path.clone(), method.clone(), status.clone()));
            }
        }
    }
    described
}

/// A request, and the response in the document that it must match.
struct Exchange {
    template: &'static str,
    method: Method,
    path: String,
    body: String,
    status: u16,
}

fn exchange(template: &'static str, request: &str, status: u16) -> Exchange {
    let mut words = request.splitn(3, ' ');
    let method = words.next().unwrap_or_default().parse().expect("a method");
    Exchange {
        template,
        method,
        path: words.next().expect("a path").to_owned(),
        body: words.next().unwrap_or_default().to_owned(),
        status,
    }
}

/// One exchange for each response.
fn exchanges() -> Vec<Exchange> {
    let all_fields = r#"PUT /api/v1/faults [{"stage":"rcpt","recipient":"*","reply":{"code":450},"times":1},
        {"stage":"data","delay":"1ms"},{"stage":"connect","drop":true}]"#;
    let spaces = " ".repeat(3_000_000);
    let (too_long, too_long_mark, too_many) = (
        format!("PUT /api/v1/faults {spaces}"),
        format!("PUT /api/v1/messages {spaces}"),
        format!("DELETE /api/v1/messages {spaces}"),
    );
    vec![
        exchange("/api/v1/messages", "GET /api/v1/messages", 200),
        exchange("/api/v1/messages", "GET /api/v1/messages?limit=x", 400),
        exchange("/api/v1/message/{ID}", "GET /api/v1/message/latest", 200),
        exchange("/api/v1/message/{ID}", "GET /api/v1/message/x", 404),
        exchange("/api/v1/message/{ID}/raw", "GET /api/v1/message/latest/raw", 200),
        exchange("/api/v1/message/{ID}/raw", "GET /api/v1/message/x/raw", 404),
        exchange(
            "/api/v1/message/{ID}/headers",
            "GET /api/v1/message/latest/headers",
            200,
        ),
        exchange(
            "/api/v1/message/{ID}/headers",
            "GET /api/v1/message/latest/headers?decoded=true",
            200,
        ),
        exchange("/api/v1/message/{ID}/headers", "GET /api/v1/message/x/headers", 404),
        exchange(
            "/api/v1/message/{ID}/part/{PartID}",
            "GET /api/v1/message/latest/part/2",
            200,
        ),
        exchange(
            "/api/v1/message/{ID}/part/{PartID}",
            "GET /api/v1/message/latest/part/4",
            200,
        ),
        exchange(
            "/api/v1/message/{ID}/part/{PartID}",
            "GET /api/v1/message/latest/part/9",
            404,
        ),
        exchange("/api/v1/search", "GET /api/v1/search?query=code", 200),
        exchange("/api/v1/search", "GET /api/v1/search", 400),
        exchange("/api/v1/messages", r#"PUT /api/v1/messages {"Read": true}"#, 200),
        exchange("/api/v1/messages", "PUT /api/v1/messages [", 400),
        exchange("/api/v1/messages", &too_long_mark, 413),
        exchange("/api/v1/search", "DELETE /api/v1/search?query=nothing", 200),
        exchange("/api/v1/search", "DELETE /api/v1/search?query=", 400),
        exchange("/api/v1/wait", "GET /api/v1/wait?to=ada@example.com", 200),
        exchange("/api/v1/wait", "GET /api/v1/wait?to=ada", 400),
        exchange("/api/v1/wait", "GET /api/v1/wait?to=eve@example.com&timeout=1ms", 408),
        exchange("/api/v1/events", "GET /api/v1/events", 200),
        exchange("/api/v1/events", "GET /api/v1/events?after=x", 400),
        exchange("/api/v1/faults", all_fields, 200),
        exchange("/api/v1/faults", "GET /api/v1/faults", 200),
        exchange("/api/v1/faults", "PUT /api/v1/faults {}", 400),
        exchange("/api/v1/faults", &too_long, 413),
        exchange("/api/v1/certificate", "GET /api/v1/certificate", 200),
        exchange("/api/v1/certificate", "GET /api/v1/certificate", 404),
        exchange("/api/v1/openapi.json", "GET /api/v1/openapi.json", 200),
        exchange("/view/{ID}.html", "GET /view/latest.html", 200),
        exchange("/view/{ID}.html", "GET /view/latest", 404),
        exchange("/livez", "GET /livez", 200),
        exchange("/readyz", "GET /readyz", 200),
        exchange("/metrics", "GET /metrics", 200),
        exchange("/api/v1/messages", "DELETE /api/v1/messages [", 400),
        exchange("/api/v1/messages", &too_many, 413),
        exchange("/api/v1/messages", "DELETE /api/v1/messages", 200),
    ]
}

fn pointer(exchange: &Exchange) -> String {
    let path = exchange.template.replace('/', "~1");
    let method = exchange.method.as_str().to_lowercase();
    format!("/paths/{path}/{method}/responses/{}/content", exchange.status)
}

/// The status, the content type and the body of the response.
async fn send(mock: &MailerMock, exchange: &Exchange) -> (u16, String, Value) {
    let url = format!("http://{}{}", mock.http_addr(), exchange.path);
    let request = reqwest::Client::new().request(exchange.method.clone(), url);
    let mut response = request.body(exchange.body.clone()).send().await.expect("a response");
    let kind = response.headers()["content-type"].to_str().expect("text");
    let kind = kind.split(';').next().unwrap_or_default().to_owned();
    let status = response.status().as_u16();
    // An event stream does not end: the first chunk is enough.
    let body = if kind == "text/event-stream" {
        response.chunk().await.expect("it is open").unwrap_or_default()
    } else {
        response.bytes().await.expect("a body")
    };
    let text = Value::String(String::from_utf8_lossy(&body).into_owned());
    let json = kind == "application/json";
    let body = if json {
        serde_json::from_slice(&body).expect("JSON")
    } else {
        text
    };
    (status, kind, body)
}

#[tokio::test]
async fn every_response_matches_the_document() {
    let document = document();
    let mut compiler = Compiler::new();
    compiler.set_default_draft(Draft::V2020_12);
    compiler
        .add_resource("http://test/openapi.json", document.clone())
        .expect("a document");
    let mut schemas = Schemas::new();

    let mock = start().await;
    let without_tls = Config {
        starttls: false,
        ..Config::ephemeral()
    };
    let without_tls = MailerMock::start(without_tls).await.expect("free ports");
    let mail = "From: Ada <ada@example.org>\nCc: eve@example.com\nReply-To: help@example.com\n\
                List-Unsubscribe: <https://example.com/u>\nX-Code-Expires: 2026-01-04T12:01:00Z\nSubject: code 4466\nContent-Type: multipart/mixed; boundary=b\n\n\
                --b\n\nhttps://example.com/x\n--b\nContent-Type: image/png; name=a.png\n\nPNG\n--b\nContent-Type: image/png\n\
                Content-Disposition: inline\n\nPNG\n--b\nContent-Type: application/pdf\n\nPDF\n--b--";
    for mock in [&mock, &without_tls] {
        deliver(mock, "ada+delay-1ms@example.com", mail).await;
        deliver(mock, "ada@example.com", mail).await;
    }

    let mut seen = BTreeSet::new();
    for exchange in exchanges() {
        let off = exchange.template.ends_with("/certificate") && exchange.status == 404;
        let (status, kind, body) = send(if off { &without_tls } else { &mock }, &exchange).await;
        let named = format!("{} {} {status}", exchange.method, exchange.path);
        assert_eq!(status, exchange.status, "{named}");
        let kinds = document.pointer(&pointer(&exchange)).and_then(Value::as_object);
        let kinds: Vec<&String> = kinds
            .unwrap_or_else(|| panic!("{named} is not in the document"))
            .keys()
            .collect();
        let range = kind.split('/').next().unwrap_or_default().to_owned() + "/*";
        let matching: Vec<_> = kinds.iter().filter(|one| [&kind, &range].contains(one)).collect();
        let [&kind] = matching[..] else {
            panic!("{named}: {kind} is not one of {kinds:?}");
        };

        let kind = kind.replace('/', "~1");
        let schema = format!("http://test/openapi.json#{}/{kind}/schema", pointer(&exchange));
        let schema = compiler.compile(&schema, &mut schemas).expect("a schema");
        if let Err(error) = schemas.validate(&body, schema) {
            panic!("{named}: {error:#}\n{body:#}");
        }
        let method = exchange.method.as_str().to_lowercase();
        seen.insert((exchange.template.to_owned(), method, status.to_string()));
    }
    assert_eq!(seen, described(&document), "exactly the responses in the document");
}

#[tokio::test]
async fn every_route_is_in_the_document() {
    let source = std::fs::read_to_string(ROUTES).expect("it is there");
    let source: String = source.split_whitespace().collect();
    let mut routes = BTreeSet::new();
    // The second one has the routes for browsers.
    let [_, api, _, own] = source.split("Router::new()").collect::<Vec<_>>()[..] else {
        panic!("three routers");
    };
    for (prefix, part) in [("/api/v1", api), ("", own)] {
        for route in part.split(".route(\"").skip(1) {
            let (path, methods) = route.split_once("\",").expect("a path");
            let methods = methods.split("))").next().unwrap_or_default();
            let path = path.replace("{id}", "{ID}").replace("{part}", "{PartID}");
            for method in ["get", "put", "delete", "post"] {
                if methods.contains(&format!("{method}(")) {
                    routes.insert((format!("{prefix}{path}"), method.to_owned()));
                }
            }
        }
    }
    let described = described(&document());
    let described: BTreeSet<_> = described
        .into_iter()
        // For browsers.
        .filter(|(path, _, _)| !path.starts_with("/view/"))
        .map(|(path, method, _)| (path, method))
        .collect();
    assert_eq!(routes, described);
}

#[tokio::test]
async fn document_is_served() {
    let mock = start().await;
    let url = format!("http://{}/api/v1/openapi.json", mock.http_addr());
    let served: Value = reqwest::get(url).await.expect("a response").json().await.expect("JSON");
    assert_eq!(served, document());
    assert_eq!(served["openapi"], json!("3.1.0"));
}
