use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{deliver, get, request, start};

fn subjects(list: &Value) -> Vec<&str> {
    let messages = list["messages"].as_array().expect("a list");
    messages.iter().filter_map(|m| m["Subject"].as_str()).collect()
}

#[tokio::test]
async fn search_matches_fields_and_text() {
    let mock = start().await;
    let mail = "From: Reg <r@example.org>\nSubject: Your Code\n\nred";
    deliver(&mock, "ada@example.com", mail).await;
    let mail = "From: x@example.org\nSubject: code\n\nblue green";
    deliver(&mock, "bob@example.com", mail).await;
    for (query, found) in [
        ("to:ADA@example.com", vec!["Your Code"]),
        ("to:example.com", vec!["code", "Your Code"]),
        ("from:reg", vec!["Your Code"]),
        ("From:REG", vec!["Your Code"]),
        ("FROM:reg", vec!["Your Code"]),
        ("from:sender@", vec!["code", "Your Code"]),
        ("subject:%22your%20code%22", vec!["Your Code"]),
        ("code%20green", vec!["code"]),
        ("%22blue+green%22", vec!["code"]),
        ("bob", vec!["code"]),
        ("to:ada+green", vec![]),
        ("", vec!["code", "Your Code"]),
    ] {
        let (status, list) = get(&mock, &format!("/api/v1/search?query={query}")).await;
        assert_eq!((status, subjects(&list)), (200, found.clone()), "{query}");
        assert_eq!(
            (&list["total"], &list["messages_count"]),
            (&json!(2), &json!(found.len()))
        );
    }
    for (words, expected) in [(20, 200), (21, 400)] {
        let (status, answer) = get(&mock, &format!("/api/v1/search?query={}", "code+".repeat(words))).await;
        assert_eq!(status, expected, "{answer}");
    }
    let (_, list) = get(&mock, "/api/v1/search?query=code&start=1&limit=1").await;
    assert_eq!(subjects(&list), ["Your Code"]);
    assert_eq!(get(&mock, "/api/v1/search").await.0, 400);
}

#[tokio::test]
async fn search_has_the_words_of_mailpit() {
    let mock = start().await;
    let plain = "From: Re\u{301}ne\u{301} <r@example.org>\nTo: Ada <ada@example.com>\nCc: cleo@b\u{fc}cher.example\n\
                 Reply-To: help@example.org\nMessage-ID: <one@example.org>\nSubject: plain\n\nStra\u{df}e 10:30 localhost:8025 100% TODO: a::b user:ada\n\
                 Size: L";
    deliver(&mock, "ada@example.com", plain).await;
    let boundary = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n--b\nContent-Type: application/pdf\nContent-Disposition";
    deliver(
        &mock,
        "bo@example.com",
        &format!("To: x@example.com\nSubject: file\n{boundary}: attachment; filename=Terms.pdf\n\nPDF\n--b--"),
    )
    .await;
    let large = "x".repeat(30_000);
    deliver(
        &mock,
        "bo@example.com",
        &format!("Subject: inline\n{boundary}: inline\n\n{large}\n--b--"),
    )
    .await;
    let plain_id = &mock.mailbox().messages()[2].id;
    let body = format!(r#"{{"IDs": ["{plain_id}"], "Read": true}}"#);
    assert_eq!(request(&mock, Method::PUT, "/api/v1/messages", &body).await.0, 200);

    for (query, found) in [
        ("-subject:plain", "inline file"),
        ("!subject:plain", "inline file"),
        ("-plain -inline", "file"),
        ("-\"10:30 localhost:8025\"", "inline file"),
        ("is:read", "plain"),
        ("is:unread", "inline file"),
        ("-is:unread", "plain"),
        ("IS:Read", "plain"),
        ("has:attachment", "inline file"),
        ("has:attachments", "inline file"),
        ("has:inline", "inline"),
        ("cc:cleo", "plain"),
        ("bcc:bo@example.com", "file"),
        ("to:bo", "inline file"),
        ("to:x@example.com", "file"),
        ("reply-to:help", "plain"),
        ("addressed:cleo", "plain"),
        ("message-id:one@", "plain"),
        ("after:2026-01-31", "inline file plain"),
        ("after:2020/01/31", "inline file plain"),
        ("before:2026-01-31", ""),
        ("before:2199-01-31T12:00:00Z", "inline file plain"),
        ("-after:2199-01-31", "inline file plain"),
        ("larger:20k", "inline"),
        ("smaller:1M -larger:20000", "file plain"),
        ("terms.pdf", "file"),
        ("from:r\u{e9}n\u{e9}", "plain"),
        ("STRA\u{df}E", "plain"),
        ("100%", "plain"),
        ("10:30", "plain"),
        ("\"localhost:8025\"", "plain"),
        ("https://example.com", ""),
        ("localhost:8025", "plain"),
        ("TODO:", "plain"),
        ("todo:", "plain"),
        ("-todo:", "inline file"),
        ("a::b", "plain"),
        ("user:ada", "plain"),
        ("Size: L", "plain"),
        ("mailto:x", ""),
        ("cc:cleo@B\u{fc}cher.example", "plain"),
        ("cc:xn--bcher-kva.example", "plain"),
        ("subject:", "inline file plain"),
        ("-subject:", "inline file plain"),
        ("-", ""),
        (".*", ""),
    ] {
        let encoded = utf8_percent_encode(query, NON_ALPHANUMERIC);
        let (_, list) = get(&mock, &format!("/api/v1/search?query={encoded}")).await;
        assert_eq!(subjects(&list).join(" "), found, "{query}: {list}");
    }
    let (_, list) = get(&mock, "/api/v1/messages").await;
    assert_eq!((&list["unread"], &list["messages_unread"]), (&json!(2), &json!(2)));
}

#[tokio::test]
async fn unsupported_search_words_are_named() {
    let mock = start().await;
    for query in [
        "is:tagged",
        "is:",
        "has:link",
        "tag:x",
        "-tag:x",
        "label:x",
        "size:>3",
        "before:tomorrow",
        "before:",
        "after:2026-02-30",
        "larger:big",
        "larger:99999999999999999999",
        "smaller:1g",
    ] {
        for (method, path) in [(Method::GET, "search"), (Method::DELETE, "search")] {
            let path = format!("/api/v1/{path}?query={query}");
            let (status, answer) = request(&mock, method, &path, "").await;
            let error = answer["Error"].as_str().unwrap_or_default();
            let word = query.trim_start_matches('-');
            let name = word.split(':').next().unwrap_or_default();
            assert!(
                status == 400 && error.contains(&format!("{name}:")),
                "{query}: {status} {error}"
            );
        }
    }
}

#[tokio::test]
async fn deletes_and_marks_what_a_search_finds() {
    let mock = start().await;
    for subject in ["red", "green", "red"] {
        deliver(&mock, "ada@example.com", &format!("Subject: {subject}\n\n")).await;
    }
    for empty in ["", "%20", "%22%22", "subject:"] {
        let (status, _) = request(&mock, Method::DELETE, &format!("/api/v1/search?query={empty}"), "").await;
        assert_eq!((status, mock.mailbox().messages().len()), (400, 3), "{empty}");
    }
    for (body, status, unread) in [
        (r#"{"Read": true, "Search": "subject:red"}"#, 200, 1),
        (r#"{"Read": true, "IDs": ["x"]}"#, 200, 1),
        (r#"{"Read": false}"#, 200, 3),
        (r#"{"Read": true, "IDs": null, "Search": "green"}"#, 200, 2),
        (r#"{"Read": false, "IDs": null, "Search": null}"#, 200, 3),
        (r#"{"Read": true, "Search": "tag:x"}"#, 400, 3),
        (r#"{"Read": "yes"}"#, 400, 3),
        (r#"{"Read": true, "ids": ["x"]}"#, 400, 3),
        ("", 400, 3),
    ] {
        let answer = request(&mock, Method::PUT, "/api/v1/messages", body).await;
        let (_, list) = get(&mock, "/api/v1/messages").await;
        assert_eq!((answer.0, &list["unread"]), (status, &json!(unread)), "{body}");
    }
    let deleted = request(&mock, Method::DELETE, "/api/v1/search?query=subject:red&tz=UTC", "").await;
    assert_eq!(deleted, (200, json!("ok")));
    assert_eq!(subjects(&get(&mock, "/api/v1/messages").await.1), ["green"]);
}

#[tokio::test]
async fn parameters_of_mailpit_clients_are_ignored() {
    let mock = start().await;
    deliver(&mock, "ada@example.com", "Subject: one\n\n").await;
    for path in [
        "messages?tz=Europe/Berlin&limit=1",
        "messages?query=nothing&x",
        "search?query=one&tz=Europe/Berlin",
        "search?query=one&before=1&_=1",
        "message/latest/headers?x=1",
    ] {
        let (status, list) = get(&mock, &format!("/api/v1/{path}")).await;
        assert_eq!(status, 200, "{path}: {list}");
        if !path.contains("headers") {
            assert_eq!(subjects(&list), ["one"], "{path}");
        }
    }
}
