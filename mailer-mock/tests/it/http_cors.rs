//! Which pages of other origins may read the mailbox, and that none may do more.

use reqwest::{Method, StatusCode};

use crate::support::{deliver, start};

const ROUTES: [&str; 5] = [
    "/api/v1/messages",
    "/api/v1/search?query=ada",
    "/api/v1/message/latest",
    "/api/v1/wait?to=ada@example.com",
    "/api/v1/events",
];

const OF_THIS_MACHINE: [&str; 5] = [
    "http://localhost:8000",
    "https://localhost",
    "http://app.localhost:5173",
    "http://127.0.0.1:8000",
    "http://[::1]:3000",
];

const OF_OTHERS: [&str; 7] = [
    "https://example.com",
    "http://localhost.example.com",
    "http://notlocalhost:3000",
    "http://example.com:80",
    "http://192.168.0.1:8000",
    "null",
    "localhost",
];

#[tokio::test]
async fn pages_of_this_machine_may_read_and_no_others() {
    let mock = start().await;
    deliver(&mock, "ada@example.com", "Subject: code 4466\n\n").await;
    let client = reqwest::Client::new();
    for route in ROUTES {
        let url = format!("http://{}{route}", mock.http_addr());
        for (origins, allowed) in [(OF_THIS_MACHINE.as_slice(), true), (&OF_OTHERS, false)] {
            for origin in origins {
                let answer = client
                    .get(&url)
                    .header("origin", *origin)
                    .send()
                    .await
                    .expect("an answer");
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
        let answer = client.get(&url).send().await.expect("an answer");
        assert!(!answer.headers().contains_key("access-control-allow-origin"), "{route}");
        assert_eq!(answer.headers()["vary"], "origin", "{route}");
    }
}

#[tokio::test]
async fn no_page_of_another_origin_may_change_anything() {
    let mock = start().await;
    let client = reqwest::Client::new();
    for (method, route) in [(Method::DELETE, "/api/v1/messages"), (Method::PUT, "/api/v1/faults")] {
        let url = format!("http://{}{route}", mock.http_addr());
        // Browsers ask before they send such a request, and take anything but a yes for a no.
        let asked = client
            .request(Method::OPTIONS, &url)
            .header("origin", OF_THIS_MACHINE[0])
            .header("access-control-request-method", method.as_str());
        let answer = asked.send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{route}");
        let sent = client
            .request(method, &url)
            .header("origin", OF_THIS_MACHINE[0])
            .body("[]");
        for answer in [answer, sent.send().await.expect("an answer")] {
            let mut names = answer.headers().keys();
            assert!(
                !names.any(|name| name.as_str().starts_with("access-control-")),
                "{route}"
            );
        }
    }
}

#[tokio::test]
async fn the_page_of_the_mailbox_and_its_frames_are_its_own() {
    let mock = start().await;
    deliver(&mock, "ada@example.com", "Content-Type: text/html\n\n<p>Hello").await;
    for route in ["/", "/view/latest.html", "/metrics"] {
        let url = format!("http://{}{route}", mock.http_addr());
        let request = reqwest::Client::new().get(&url).header("origin", OF_THIS_MACHINE[0]);
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK, "{route}");
        assert!(!answer.headers().contains_key("access-control-allow-origin"), "{route}");
    }
}
