use std::sync::Arc;

use serde_json::json;

use crate::support::{deliver, get, start};

#[tokio::test]
async fn returns_the_newest_message() {
    let mock = start().await;
    deliver(&mock, "ada@example.com", "Subject: code 1111\n\n").await;
    deliver(&mock, "ada@example.com", "Subject: code 2222\n\ntext").await;
    let (status, mail) = get(&mock, "/api/v1/wait?to=Ada@example.com&timeout=1ms").await;
    assert_eq!(status, 200);
    assert_eq!((&mail["Codes"], &mail["Text"]), (&json!(["2222"]), &json!("text\n")));
}

#[tokio::test]
async fn waits_for_the_next_message() {
    let mock = Arc::new(start().await);
    deliver(&mock, "ada@example.com", "Subject: code 1111\n\n").await;
    let after = mock.mailbox().messages()[0].id.clone();
    let waiting = tokio::spawn({
        let mock = Arc::clone(&mock);
        async move { get(&mock, &format!("/api/v1/wait?to=ada@example.com&after={after}")).await }
    });
    deliver(&mock, "bob@example.com", "Subject: code 3333\n\n").await;
    deliver(&mock, "ada@example.com", "Subject: code 2222\n\n").await;
    let (status, mail) = waiting.await.expect("no panic");
    assert_eq!((status, &mail["Codes"]), (200, &json!(["2222"])));
}

#[tokio::test]
async fn times_out_with_408() {
    let mock = start().await;
    deliver(&mock, "ada@example.com", "one").await;
    let id = &mock.mailbox().messages()[0].id;
    for query in [
        "to=bob@example.com".to_owned(),
        format!("to=ada@example.com&after={id}"),
    ] {
        let (status, answer) = get(&mock, &format!("/api/v1/wait?{query}&timeout=10ms")).await;
        assert_eq!(status, 408);
        let error = answer["Error"].as_str().expect("a reason");
        assert!(error.ends_with("arrived within 10ms"), "{error}");
    }
}

#[tokio::test]
async fn plus_in_the_address_needs_no_encoding() {
    let mock = start().await;
    deliver(&mock, "ada+tag@example.com", "one").await;
    for to in ["ada+tag@example.com", "ada%2Btag@example.com"] {
        let (status, _) = get(&mock, &format!("/api/v1/wait?to={to}&timeout=1ms")).await;
        assert_eq!(status, 200, "{to}");
    }
}

#[tokio::test]
async fn invalid_queries_are_explained() {
    let mock = start().await;
    for (query, hint) in [
        ("", "missing parameter to"),
        ("to=", "expected an address"),
        ("to=ada", "expected an address"),
        ("to=a@b&after=yesterday", "after: expected the ID"),
        ("to=a@b&timeout=10", "timeout: expected a duration"),
        ("to=a@b&timeout=121s", "up to 2m"),
        (
            "to=a@b&timout=1s",
            "unknown parameter timout, expected one of to, after, timeout",
        ),
    ] {
        let (status, answer) = get(&mock, &format!("/api/v1/wait?{query}")).await;
        let error = answer["Error"].as_str().unwrap_or_default();
        assert!(status == 400 && error.contains(hint), "{query}: {status} {error}");
        assert!(!error.contains('`') && !error.contains("deserialize"), "{error}");
    }
}
