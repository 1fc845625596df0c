//! Security headers and CORS.

use api::http::Origins;
use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::json;
use tests::{Client, Database, PASSWORD, TestApp};

/// One request for each kind of response, with its status.
fn requests(client: &Client) -> Vec<(&'static str, u16, RequestBuilder)> {
    let post = || client.request(Method::POST, "/graphql");
    let json = |body: String| post().header("content-type", "application/json").body(body);
    let query = |query: &str| post().json(&json!({ "query": query }));
    vec![
        ("GraphiQL", 200, client.request(Method::GET, "/")),
        ("livez", 200, client.request(Method::GET, "/livez")),
        ("readyz", 200, client.request(Method::GET, "/readyz")),
        ("metrics", 200, client.request(Method::GET, "/metrics")),
        ("schema", 200, client.request(Method::GET, "/schema.graphql")),
        ("HEAD", 200, client.request(Method::HEAD, "/livez")),
        ("no such path", 404, client.request(Method::GET, "/nothing")),
        ("no such method", 405, client.request(Method::PUT, "/graphql")),
        (
            "no such method elsewhere",
            405,
            client.request(Method::DELETE, "/livez"),
        ),
        (
            "GET",
            200,
            client.request(Method::GET, "/graphql?query=%7Bme%7Bid%7D%7D"),
        ),
        ("GET without a query", 400, client.request(Method::GET, "/graphql")),
        (
            "GET of a mutation",
            405,
            client.request(Method::GET, "/graphql?query=mutation%7BsignOut%7B__typename%7D%7D"),
        ),
        ("executed", 200, query("{registrationPolicy{codeLength}}")),
        ("not GraphQL", 200, query("{")),
        ("not valid", 200, query("{nothing}")),
        ("a bound", 400, query(&"{".repeat(40))),
        ("UNAUTHENTICATED", 200, query("mutation{signOut{__typename}}")),
        (
            "UNAUTHENTICATED, Basic",
            200,
            client
                .basic("ada@example.com", PASSWORD)
                .request(Method::POST, "/graphql")
                .json(&json!({ "query": "{me{id}}" })),
        ),
        ("no JSON", 400, json("{".to_owned())),
        (
            "another type",
            415,
            post().header("content-type", "text/plain").body("{}"),
        ),
        ("too large", 413, json("x".repeat(70_000))),
    ]
}

async fn headers_of(what: &str, status: u16, request: RequestBuilder) -> HeaderMap {
    let response: Response = request.send().await.expect("the server answers");
    assert_eq!(response.status(), status, "{what}");
    response.headers().clone()
}

fn varies_by_origin(headers: &HeaderMap) -> bool {
    let values = headers.get_all("vary").iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .any(|name| name.trim().eq_ignore_ascii_case("origin"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_response_has_security_headers() {
    let app = TestApp::start(&Database::sqlite()).await;
    for (what, status, request) in requests(&app) {
        let headers = headers_of(what, status, request).await;
        let policy = headers["content-security-policy"].to_str().expect("text");
        for part in [
            "default-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        ] {
            assert!(policy.contains(part), "{what}: {policy}");
        }
        // Only GraphiQL runs scripts.
        assert_eq!(policy.contains("script-src"), what == "GraphiQL", "{what}: {policy}");
        for (name, value) in [
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(headers[name], value, "{what}");
            assert_eq!(headers.get_all(name).iter().count(), 1, "{what}");
        }
        assert!(headers.contains_key("x-request-id"), "{what}");
        assert!(
            status == 200 || headers.contains_key("content-type") || what.contains("elsewhere"),
            "{what}"
        );
        for absent in ["server", "x-powered-by", "www-authenticate", "set-cookie", "via"] {
            assert!(!headers.contains_key(absent), "{what}: {absent}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cors_allows_only_listed_origins() {
    const LISTED: [&str; 2] = ["https://app.example.com", "https://admin.example.com:8443"];
    let app = TestApp::with(&Database::sqlite(), |app| {
        app.origins = Origins::Listed(LISTED.iter().map(|origin| origin.parse().expect("a header")).collect());
    })
    .await;
    for origin in [
        LISTED[0],
        LISTED[1],
        "http://app.example.com",
        "https://app.example.com:8443",
        "https://admin.example.com",
        "https://app.example.com.evil.example",
        "https://evil.example/https://app.example.com",
        "https://evilapp.example.com",
        "https://x.app.example.com",
        "http://localhost:3000",
        "null",
        "*",
        "",
    ] {
        let listed = LISTED.contains(&origin);
        let allowed = |headers: &HeaderMap| match headers.get("access-control-allow-origin") {
            Some(allowed) => allowed == origin,
            None => false,
        };
        let preflight = app
            .request(Method::OPTIONS, "/graphql")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "authorization,content-type,traceparent,x-request-id",
            );
        let headers = headers_of("preflight", 200, preflight).await;
        assert_eq!(allowed(&headers), listed, "{origin}");
        assert_eq!(
            names_in(&headers, "access-control-allow-headers"),
            ["authorization", "content-type", "traceparent", "x-request-id"]
        );
        assert_eq!(names_in(&headers, "access-control-allow-methods"), ["get", "post"]);
        assert!(!headers.contains_key("access-control-allow-credentials"), "{origin}");
        assert!(varies_by_origin(&headers), "{origin}");

        // On errors too, or a page could not show them.
        for (what, status, request) in requests(&app) {
            let headers = headers_of(what, status, request.header("origin", origin)).await;
            assert_eq!(allowed(&headers), listed, "{what} {origin}");
            assert!(
                listed || !headers.contains_key("access-control-allow-origin"),
                "{what} {origin}"
            );
            assert_eq!(
                names_in(&headers, "access-control-expose-headers"),
                ["retry-after", "x-request-id"],
                "{what}"
            );
            assert!(
                !headers.contains_key("access-control-allow-credentials"),
                "{what} {origin}"
            );
            assert!(varies_by_origin(&headers), "{what} {origin}");
        }
    }
    // A cache must not serve a page the response to a request without an origin.
    for (what, status, request) in requests(&app) {
        let headers = headers_of(what, status, request).await;
        assert!(varies_by_origin(&headers), "{what}");
        assert!(!headers.contains_key("access-control-allow-origin"), "{what}");
    }
}

/// The names in a header, sorted.
fn names_in(headers: &HeaderMap, name: &str) -> Vec<String> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    let mut names: Vec<_> = values
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    names.sort();
    names
}
