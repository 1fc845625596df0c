//! The files that the server sends.

use reqwest::Method;
use tests::{Client, Database, Installation, TestApp};

/// The paths of the files that the page loads.
fn loaded(html: &str) -> Vec<&str> {
    let attributes = html.split([' ', '>']);
    let quoted = attributes.filter(|part| part.starts_with("src=") || part.starts_with("href="));
    let paths = quoted.filter_map(|part| part.split('"').nth(1));
    paths.filter(|path| path.starts_with("/graphiql/")).collect()
}

async fn page(client: &Client) -> (String, String) {
    let answer = client.request(Method::GET, "/").send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    let policy = answer.headers()["content-security-policy"]
        .to_str()
        .expect("text")
        .to_owned();
    (policy, answer.text().await.expect("a body"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_assets_are_served() {
    let app = TestApp::start(&Database::sqlite()).await;
    let (policy, html) = page(&app).await;
    assert!(policy.contains("script-src 'self'; style-src 'self';"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");

    let modules = ["account", "credentials", "editor", "mailbox", "storage", "tabs"];
    let modules = modules.map(|name| format!("/graphiql/{name}.js"));
    let paths = loaded(&html);
    assert!(paths.len() > 8, "{paths:?}");
    for path in paths.into_iter().chain(modules.iter().map(String::as_str)) {
        for method in [Method::GET, Method::HEAD] {
            let answer = app.request(method.clone(), path).send().await.expect("an answer");
            let headers = answer.headers().clone();
            assert_eq!(answer.status(), 200, "{path}");
            let kind = match path.rsplit('.').next() {
                Some("js") => "text/javascript; charset=utf-8",
                Some("css") => "text/css; charset=utf-8",
                _ => "image/svg+xml",
            };
            assert_eq!(headers["content-type"], kind, "{path}");
            assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
            // A name with a version never changes its content.
            let versioned = path.contains(|c: char| c.is_ascii_digit());
            let caching = if versioned {
                "public, max-age=31536000, immutable"
            } else {
                "no-store"
            };
            assert_eq!(headers["cache-control"], caching, "{path}");
            assert_ne!(headers["content-length"], "0", "{path}");
            let body = answer.bytes().await.expect("a body");
            assert_eq!(body.is_empty(), method == Method::HEAD, "{path}");
        }
    }
    for path in [
        "/graphiql/nothing.js",
        "/graphiql/",
        "/graphiql",
        "/graphiql/..%2FCargo.toml",
    ] {
        let answer = app.request(Method::GET, path).send().await.expect("an answer");
        assert_eq!(answer.status(), 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn disabled_graphiql_is_404() {
    let app = TestApp::with(&Database::sqlite(), |app| app.graphiql = false).await;
    for path in ["/", "/graphiql/main.js", "/graphiql/graphiql-4.1.2.js"] {
        let answer = app.request(Method::GET, path).send().await.expect("an answer");
        assert_eq!(answer.status(), 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn policy_allows_the_mailbox_only() {
    let app = TestApp::with(&Database::sqlite(), |app| {
        app.mailbox_url = Some("http://localhost:8025".to_owned());
    })
    .await;
    let (policy, html) = page(&app).await;
    assert!(policy.contains("connect-src 'self' http://localhost:8025;"), "{policy}");
    assert!(html.contains(" data-mailbox=\"http://localhost:8025\">"), "{html}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn policy_allows_the_embedded_mailbox() {
    let database = Database::sqlite();
    let installation = Installation::on(database.url()).await.without("SMTP_URL");
    let installation = installation
        .with("MAILER_MOCK_SMTP", "127.0.0.1:0")
        .with("MAILER_MOCK_HTTP", "127.0.0.1:0");
    let (mut process, client) = installation.start().await;
    let line = process.line_with("Mailbox").await;
    let mailbox = line.split_whitespace().last().expect("an address");
    let (policy, _) = page(&client).await;
    assert!(
        policy.contains(&format!("connect-src 'self' {mailbox};")),
        "{policy} {mailbox}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn production_serves_graphiql_on_request_without_mailbox() {
    let database = Database::sqlite();
    let installation = Installation::on(database.url()).await;
    let installation = installation
        .with("APP_ENV", "production")
        .with("SMTP_ALLOW_PLAINTEXT", "true");
    let (_process, client) = installation.start().await;
    let answer = client.request(Method::GET, "/").send().await.expect("an answer");
    assert_eq!(answer.status(), 404);

    let database = Database::sqlite();
    let installation = Installation::on(database.url()).await;
    let installation = installation
        .with("APP_ENV", "production")
        .with("SMTP_ALLOW_PLAINTEXT", "true");
    let installation = installation.with("GRAPHIQL", "on");
    let (_process, client) = installation.start().await;
    let (policy, html) = page(&client).await;
    assert!(policy.contains("connect-src 'self';"), "{policy}");
    assert!(html.contains(" data-mailbox=\"\">"), "{html}");
}
