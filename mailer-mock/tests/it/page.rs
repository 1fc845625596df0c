use mailer_mock::{Config, MailerMock};
use reqwest::header::HeaderMap;

use crate::support::{deliver, start};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/page");

async fn load(mock: &MailerMock, path: &str) -> (u16, HeaderMap, String) {
    let url = format!("http://{}{path}", mock.http_addr());
    let response = reqwest::get(url).await.expect("a response");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    (status, headers, response.text().await.expect("a body"))
}

fn policy(headers: &HeaderMap) -> &str {
    headers["content-security-policy"].to_str().expect("text")
}

#[tokio::test]
async fn every_file_is_served() {
    let mock = start().await;
    let mut files = 0;
    for entry in std::fs::read_dir(FOLDER).expect("it is there") {
        let path = entry.expect("a file").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
        let kind = match path.extension().and_then(|extension| extension.to_str()) {
            Some("css") => "text/css; charset=utf-8",
            Some("js") => "text/javascript; charset=utf-8",
            Some("svg") => "image/svg+xml",
            _ => continue,
        };
        let (status, headers, body) = load(&mock, &format!("/page/{name}")).await;
        assert_eq!(
            (status, headers["content-type"].to_str().ok()),
            (200, Some(kind)),
            "{name}"
        );
        assert_eq!(body, std::fs::read_to_string(&path).expect("text"), "{name}");
        files += 1;
    }
    assert_eq!(files, 20);
    for path in ["/page/nope.js", "/page/index.html", "/page/..%2fmailbox.rs"] {
        assert_eq!(load(&mock, path).await.0, 404, "{path}");
    }
}

#[tokio::test]
async fn page_shows_the_smtp_address() {
    let mock = start().await;
    let (_, headers, page) = load(&mock, "/").await;
    assert_eq!(headers["content-type"], "text/html; charset=utf-8");
    assert!(page.contains(&format!("curl smtp://{} ", mock.smtp_addr())));
    assert!(page.contains(&format!("port <code>{}</code>", mock.smtp_addr().port())));
    assert!(!page.contains("{{"), "{page}");
}

#[tokio::test]
async fn page_shows_a_name_that_clients_can_use() {
    for (smtp, host, shown) in [
        ("0.0.0.0:0", "localhost", "localhost"),
        ("[::]:0", "localhost", "localhost"),
        ("127.0.0.1:0", "127.0.0.1", "127.0.0.1"),
        ("[::1]:0", "::1", "[::1]"),
    ] {
        let config = Config {
            smtp: smtp.parse().expect("an address"),
            ..Config::ephemeral()
        };
        let mock = MailerMock::start(config).await.expect("a free port");
        let (_, _, page) = load(&mock, "/").await;
        let port = mock.smtp_addr().port();
        assert!(page.contains(&format!("curl smtp://{shown}:{port} ")), "{smtp}");
        assert!(page.contains(&format!("host <code>{host}</code>")), "{smtp}");
        assert_eq!(page.contains("data-all-interfaces"), shown == "localhost", "{smtp}");
    }
}

#[tokio::test]
async fn page_policy_allows_only_its_own_files() {
    let mock = start().await;
    for path in ["/", "/page/main.js", "/api/v1/messages", "/livez", "/nope"] {
        let (_, headers, _) = load(&mock, path).await;
        let policy = policy(&headers);
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
        ] {
            assert!(policy.split("; ").any(|other| other == part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert_eq!(headers["cache-control"], "no-store");
    }
    let (_, _, page) = load(&mock, "/").await;
    assert!(!page.contains("style=") && !page.contains("onclick"));
}

#[tokio::test]
async fn message_policy_blocks_scripts() {
    let mock = start().await;
    let html = "<p>Hello</p><script>alert(1)</script>";
    deliver(&mock, "ada@example.com", &format!("Content-Type: text/html\n\n{html}")).await;
    let (status, headers, body) = load(&mock, "/view/latest.html").await;
    assert_eq!(
        (status, headers["content-type"].to_str().ok()),
        (200, Some("text/html; charset=utf-8"))
    );
    assert!(body.contains(html), "the HTML is unchanged: {body}");
    let policy = policy(&headers);
    assert!(
        policy.starts_with("sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "),
        "{policy}"
    );
    assert!(
        !policy.contains("script") && !policy.contains("allow-same-origin"),
        "{policy}"
    );
    assert_eq!(headers["x-dns-prefetch-control"], "off");
    assert_eq!(load(&mock, "/view/nope.html").await.0, 404);
}
