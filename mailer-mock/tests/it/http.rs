use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Client, deliver, get, request, start};

fn subjects(list: &Value) -> Vec<&str> {
    let messages = list["messages"].as_array().expect("a list");
    messages.iter().filter_map(|m| m["Subject"].as_str()).collect()
}

#[tokio::test]
async fn lists_messages_newest_first() {
    let mock = start().await;
    let empty = json!({
        "total": 0, "unread": 0, "messages_count": 0, "messages_unread": 0,
        "start": 0, "count": 0, "tags": [], "messages": [],
    });
    assert_eq!(get(&mock, "/api/v1/messages").await, (200, empty));

    deliver(&mock, "ada@example.com", "Subject: one\n\nfirst").await;
    let mail = "From: Reg <reg@example.com>\nTo: Ada <ada@example.com>\nMessage-ID: <1@example.com>\n\
                Subject: 4466 is your code\n\nHello\n\n  you";
    deliver(&mock, "ada@example.com", mail).await;

    let (status, list) = get(&mock, "/api/v1/messages").await;
    assert_eq!(status, 200);
    assert_eq!(subjects(&list), ["4466 is your code", "one"]);
    let newest = &mock.mailbox().messages()[0];
    let created = list["messages"][0]["Created"].as_str().expect("a time");
    assert!(created.starts_with("20") && created.ends_with('Z'), "{created}");
    let expected = json!({
        "ID": newest.id,
        "MessageID": "1@example.com",
        "From": {"Address": "reg@example.com", "Name": "Reg"},
        "To": [{"Address": "ada@example.com", "Name": "Ada"}],
        "Cc": [],
        "Bcc": [],
        "ReplyTo": [],
        "Subject": "4466 is your code",
        "Created": created,
        "Tags": [],
        "Read": false,
        "Size": newest.raw.len(),
        "Attachments": 0,
        "Snippet": "Hello you",
        "Codes": ["4466"],
        "CodesExpire": null,
        "Links": [],
    });
    assert_eq!(list["messages"][0], expected);
}

#[tokio::test]
async fn list_has_start_and_limit() {
    let mock = start().await;
    let mut client = Client::greeted(mock.smtp_addr()).await;
    for n in 0..52 {
        client.begin("ada@example.com").await;
        assert_eq!(client.code(&format!("Subject: {n}\r\n\r\n.")).await, 250);
    }
    let (_, list) = get(&mock, "/api/v1/messages").await;
    assert_eq!((&list["total"], &list["count"]), (&json!(52), &json!(50)));
    assert_eq!(subjects(&list).last(), Some(&"2"));

    let (_, list) = get(&mock, "/api/v1/messages?start=1&limit=2").await;
    assert_eq!(subjects(&list), ["50", "49"]);
    assert_eq!((&list["start"], &list["messages_count"]), (&json!(1), &json!(52)));

    for wrong in ["limit=x", "limit=-1", "start=1.5"] {
        let (status, answer) = get(&mock, &format!("/api/v1/messages?{wrong}")).await;
        assert_eq!(status, 400, "{wrong}");
        assert!(answer["Error"].is_string(), "{wrong}");
    }
}

#[tokio::test]
async fn returns_one_message() {
    let mock = start().await;
    assert_eq!(get(&mock, "/api/v1/message/latest").await.0, 404);
    deliver(
        &mock,
        "ada@example.com",
        "Content-Type: text/html\n\n<p>PIN <b>4466</b>",
    )
    .await;
    deliver(&mock, "ada@example.com", "Subject: other\n\ntext").await;

    let id = mock.mailbox().messages()[1].id.clone();
    let (status, mail) = get(&mock, &format!("/api/v1/message/{id}")).await;
    assert_eq!(status, 200);
    assert_eq!(mail["ID"], id);
    assert_eq!(mail["From"]["Address"], "sender@example.com");
    assert_eq!(mail["ReturnPath"], "sender@example.com");
    assert_eq!(mail["Text"], "PIN 4466");
    assert_eq!(mail["HTML"], "<p>PIN <b>4466</b>\n");
    assert_eq!(mail["Codes"], json!(["4466"]));

    let (_, latest) = get(&mock, "/api/v1/message/latest").await;
    assert_eq!((&latest["Subject"], &latest["HTML"]), (&json!("other"), &json!("")));
    for path in ["nope", "nope/raw", "nope/headers"] {
        let (status, answer) = get(&mock, &format!("/api/v1/message/{path}")).await;
        assert_eq!(status, 404);
        assert_eq!(answer["Error"], "there is no message with the ID nope");
    }
}

#[tokio::test]
async fn returns_raw_bytes_and_headers() {
    let mock = start().await;
    let mail = "Subject: a\n b\nX-A: 1\nX-A: 2\n\n<script>alert(1)</script>";
    deliver(&mock, "ada@example.com", mail).await;

    let url = format!("http://{}/api/v1/message/latest/raw", mock.http_addr());
    let raw = reqwest::get(url).await.expect("a response");
    assert_eq!(raw.headers()["content-type"], "text/plain; charset=utf-8");
    assert_eq!(raw.headers()["x-content-type-options"], "nosniff");
    let body = raw.text().await.expect("a body");
    assert_eq!(body, mail.replace('\n', "\r\n") + "\r\n");

    let headers = get(&mock, "/api/v1/message/latest/headers").await;
    assert_eq!(headers, (200, json!({"Subject": ["a b"], "X-A": ["1", "2"]})));
}

#[tokio::test]
async fn deletes_some_or_all_messages() {
    let mock = start().await;
    for text in ["one", "two", "three"] {
        deliver(&mock, "ada@example.com", &format!("Subject: {text}\n\n")).await;
    }
    let path = "/api/v1/messages";
    let two = mock.mailbox().messages()[1].id.clone();
    for (body, status, left) in [
        (r#"{"ids":["x"]}"#.to_owned(), 400, vec!["three", "two", "one"]),
        ("all".to_owned(), 400, vec!["three", "two", "one"]),
        (r#"{"IDs":["x"]}"#.to_owned(), 200, vec!["three", "two", "one"]),
        (format!(r#"{{"IDs":["{two}","x"]}}"#), 200, vec!["three", "one"]),
        (String::new(), 200, vec![]),
    ] {
        assert_eq!(request(&mock, Method::DELETE, path, &body).await.0, status, "{body}");
        let (_, list) = get(&mock, path).await;
        assert_eq!(subjects(&list), left, "{body}");
    }
}

#[tokio::test]
async fn attachments_are_listed_and_downloaded() {
    let mock = start().await;
    let mail = "Date: Fri, 21 Nov 1997 09:55:06 -0600\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n\
                --b\nContent-Type: text/html\nContent-Disposition: attachment; filename=\"<b>.html\"\n\n\
                <script>alert(1)</script>\n\
                --b\nContent-Type: image/png\nContent-Disposition: inline\nContent-ID: <logo>\n\nPNG\n--b--";
    deliver(&mock, "ada@example.com", mail).await;
    let (_, message) = get(&mock, "/api/v1/message/latest").await;
    let attached =
        json!([{"PartID": "2", "FileName": "<b>.html", "ContentType": "text/html", "ContentID": "", "Size": 25}]);
    let inline = json!([{"PartID": "3", "FileName": "", "ContentType": "image/png", "ContentID": "logo", "Size": 3}]);
    assert_eq!((&message["Attachments"], &message["Inline"]), (&attached, &inline));
    assert_eq!(message["Date"], "1997-11-21T09:55:06-06:00");
    assert_eq!(get(&mock, "/api/v1/messages").await.1["messages"][0]["Attachments"], 2);

    let url = format!("http://{}/api/v1/message/latest/part/", mock.http_addr());
    let saved = reqwest::get(format!("{url}2")).await.expect("a response");
    // So a browser downloads it and does not display it.
    assert_eq!(saved.headers()["content-type"], "application/octet-stream");
    assert_eq!(
        saved.headers()["content-disposition"],
        "attachment; filename*=UTF-8''%3Cb%3E.html"
    );
    assert_eq!(saved.text().await.expect("a body"), "<script>alert(1)</script>");
    for part in ["1", "4", "02", "x"] {
        let missing = reqwest::get(format!("{url}{part}")).await.expect("a response");
        assert_eq!(missing.status(), 404, "{part}");
    }
}

#[tokio::test]
async fn metrics_count_messages_connections_and_faults() {
    let mock = start().await;
    let mut refused = Client::greeted(mock.smtp_addr()).await;
    refused.command("MAIL FROM:<a@example.com>").await;
    assert_eq!(refused.code("RCPT TO:<b+450@example.com>").await, 450);
    for _ in 0..2 {
        let mut client = Client::sending(mock.smtp_addr(), "ada@example.com").await;
        assert_eq!(client.code(".").await, 250);
        assert_eq!(client.code("QUIT").await, 221);
        client.is_closed().await;
    }
    let id = mock.mailbox().messages()[0].id.clone();
    mock.mailbox().delete(&[id]);
    let url = format!("http://{}/metrics", mock.http_addr());
    // The server counts the end of a connection shortly after the client sees it.
    let text = loop {
        let answer = reqwest::get(&url).await.expect("a response");
        let kind = &answer.headers()["content-type"];
        assert_eq!(kind, "application/openmetrics-text; version=1.0.0; charset=utf-8");
        let text = answer.text().await.expect("a body");
        if text.contains("connections_open 1\n") {
            break text;
        }
    };
    for line in [
        "# TYPE mailer_mock_mails_received counter",
        "mailer_mock_mails_received_total 2",
        "mailer_mock_mails 1",
        "mailer_mock_smtp_connections_total 3",
        "mailer_mock_faults_fired_total 1",
    ] {
        assert!(text.lines().any(|other| other == line), "{line}: {text}");
    }
    assert!(
        !text.contains("mailer_mock_mail_bytes 0\n") && text.ends_with("# EOF\n"),
        "{text}"
    );
}

#[tokio::test]
async fn health_checks_succeed() {
    let mock = start().await;
    for path in ["/livez", "/readyz"] {
        assert_eq!(get(&mock, path).await, (200, json!({"status": "ok"})));
    }
}

#[tokio::test]
async fn errors_are_json() {
    let mock = start().await;
    let unknown = get(&mock, "/api/v1/nope").await;
    assert_eq!(unknown, (404, json!({"Error": "there is no route /api/v1/nope"})));
    let posted = request(&mock, Method::POST, "/api/v1/messages", "").await;
    assert_eq!(
        posted,
        (405, json!({"Error": "/api/v1/messages does not support POST"}))
    );
}
