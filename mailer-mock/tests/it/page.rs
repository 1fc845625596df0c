use mailer_mock::MailerMock;

use crate::support::start;

async fn load(mock: &MailerMock, path: &str) -> (reqwest::header::HeaderMap, String) {
    let url = format!("http://{}{path}", mock.http_addr());
    let response = reqwest::get(url).await.expect("an answer");
    assert_eq!(response.status(), 200, "{path}");
    let headers = response.headers().clone();
    (headers, response.text().await.expect("a body"))
}

#[tokio::test]
async fn the_page_is_made_of_three_files() {
    let mock = start().await;
    for (path, kind) in [
        ("/", "text/html; charset=utf-8"),
        ("/mailbox.css", "text/css; charset=utf-8"),
        ("/mailbox.js", "text/javascript; charset=utf-8"),
    ] {
        let (headers, _) = load(&mock, path).await;
        assert_eq!(headers["content-type"], kind);
    }
    let (_, page) = load(&mock, "/").await;
    assert!(page.contains(r#"href="/mailbox.css""#));
    assert!(page.contains(r#"src="/mailbox.js""#));
    assert!(
        page.contains(&format!("curl smtp://{} ", mock.smtp_addr())),
        "it says where to send mail"
    );
}

#[tokio::test]
async fn nothing_in_a_mail_can_run() {
    let mock = start().await;
    for path in ["/", "/mailbox.js", "/api/v1/messages", "/livez"] {
        let (headers, _) = load(&mock, path).await;
        let policy = headers["content-security-policy"].to_str().expect("text");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["cache-control"], "no-store");
    }
    let (_, page) = load(&mock, "/").await;
    assert!(!page.contains("style=") && !page.contains("onclick"));
    let (_, script) = load(&mock, "/mailbox.js").await;
    for sink in [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
    ] {
        assert!(!script.contains(sink), "{sink}");
    }
}
