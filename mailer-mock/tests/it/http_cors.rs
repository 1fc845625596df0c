//! CORS: which origins may read the mailbox, and that none may change it.

use reqwest::{Method, StatusCode};

use crate::support::{deliver, start};

const ROUTES: [&str; 5] = [
    "/api/v1/messages",
    "/api/v1/search?query=ada",
    "/api/v1/message/latest",
    "/api/v1/wait?to=ada@example.com",
    "/api/v1/events",
];

const LOCAL_ORIGINS: [&str; 5] = [
    "http://localhost:8000",
    "https://localhost",
    "http://app.localhost:5173",
    "http://127.0.0.1:8000",
    "http://[::1]:3000",
];

const OTHER_ORIGINS: [&str; 7] = [
    "https://example.com",
    "http://localhost.example.com",
    "http://notlocalhost:3000",
    "http://example.com:80",
    "http://192.168.0.1:8000",
    "null",
    "localhost",
];

#[tokio::test]
async fn only_local_origins_may_read() {
    let mock = start().await;
    deliver(&mock, "ada@example.com", "Subject: code 4466\n\n").await;
    let client = reqwest::Client::new();
    for route in ROUTES {
        let url = format!("http://{}{route}", mock.http_addr());
        for (origins, allowed) in [(LOCAL_ORIGINS.as_slice(), true), (&OTHER_ORIGINS, false)] {
            for origin in origins {
                let answer = client
                    .get(&url)
                    .header("origin", *origin)
                    .send()
                    .await
                    .expect("a response");
                assert_eq!(answer.status(), StatusCode::OK, "{route}");
                let headers = answer.headers();
                let may_read = headers
                    .get("access-control-allow-origin")
                    .map(|header| header == origin);
                assert_eq!(may_read, allowed.then_some(true), "{route} {origin}");
                assert_eq!(headers["vary"], "origin", "{route} {origin}");
                assert!(!headers.contains_key("access-control-allow-credentials"), "{route}");
            }
        }
        let answer = client.get(&url).send().await.expect("a response");
        assert!(!answer.headers().contains_key("access-control-allow-origin"), "{route}");
        assert_eq!(answer.headers()["vary"], "origin", "{route}");
    }
}

#[tokio::test]
async fn no_other_origin_may_change_anything() {
    let mock = start().await;
    let client = reqwest::Client::new();
    for (method, route) in [(Method::DELETE, "/api/v1/messages"), (Method::PUT, "/api/v1/faults")] {
        let url = format!("http://{}{route}", mock.http_addr());
        // Browsers send a preflight request first, and need an explicit permission.
        let preflight = client
            .request(Method::OPTIONS, &url)
            .header("origin", LOCAL_ORIGINS[0])
            .header("access-control-request-method", method.as_str());
        let answer = preflight.send().await.expect("a response");
        assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{route}");
        let sent = client
            .request(method, &url)
            .header("origin", LOCAL_ORIGINS[0])
            .body("[]");
        for answer in [answer, sent.send().await.expect("a response")] {
            let mut names = answer.headers().keys();
            assert!(
                !names.any(|name| name.as_str().starts_with("access-control-")),
                "{route}"
            );
        }
    }
}

#[tokio::test]
async fn routes_outside_the_api_allow_no_other_origin() {
    let mock = start().await;
    deliver(&mock, "ada@example.com", "Content-Type: text/html\n\n<p>Hello").await;
    for route in ["/", "/view/latest.html", "/metrics"] {
        let url = format!("http://{}{route}", mock.http_addr());
        let request = reqwest::Client::new().get(&url).header("origin", LOCAL_ORIGINS[0]);
        let answer = request.send().await.expect("a response");
        assert_eq!(answer.status(), StatusCode::OK, "{route}");
        assert!(!answer.headers().contains_key("access-control-allow-origin"), "{route}");
    }
}
