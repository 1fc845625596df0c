//! Messages that email programs show although a standard forbids them.

use crate::support::{Receiver, deliver, get, start};

#[tokio::test]
async fn shows_the_text_of_broken_messages() {
    let mut receiver = Receiver::start().await;
    let part = "--b\nContent-Type: text/plain\n\nYour code: 4466\n--b\nContent-Type: text/html\n\n<p>4466\n--b--\n";
    for (name, message) in [
        (
            "a type without subtype",
            "Content-Type: text\n\nYour code: 4466".to_owned(),
        ),
        ("no type", "Content-Type:\n\nYour code: 4466".to_owned()),
        ("a word as type", "Content-Type: plain\n\nYour code: 4466".to_owned()),
        (
            "an empty subtype",
            "Content-Type: text/; charset=utf-8\n\nYour code: 4466".to_owned(),
        ),
        (
            "two types",
            "Content-Type: text/plain\nContent-Type: image/png\n\nYour code: 4466".to_owned(),
        ),
        ("no boundary", format!("Content-Type: multipart/alternative\n\n{part}")),
        (
            "a wrong boundary",
            format!("Content-Type: multipart/mixed; boundary=other\n\npreamble\n{part}"),
        ),
        (
            "an empty boundary",
            format!("Content-Type: multipart/mixed; boundary=\"\"\n\n{part}"),
        ),
        (
            "no delimiter",
            "Content-Type: multipart/mixed; boundary=b\n\nYour code: 4466".to_owned(),
        ),
        (
            "no delimiter and no boundary",
            "Content-Type: multipart/mixed\n\nYour code: 4466\n-- \nAda".to_owned(),
        ),
        (
            "an encoded signature",
            "Content-Transfer-Encoding: base64;\n\nWW91ciBjb2RlOiA0NDY2".to_owned(),
        ),
        (
            "a comment",
            "Content-Transfer-Encoding: Base64 (MIME)\n\nWW91ciBjb2RlOiA0NDY2".to_owned(),
        ),
        (
            "no padding",
            "Content-Transfer-Encoding: base64\n\nWW91ciBjb2RlOiA0NDY2Cg".to_owned(),
        ),
        (
            "a footer",
            "Content-Transfer-Encoding: base64\n\nWW91ciBjb2RlOiA0NDY2Cg==\n____\nlist".to_owned(),
        ),
        (
            "a bare =",
            "Content-Transfer-Encoding: quoted-printable\n\nYour code: 44=\n66\na = b=".to_owned(),
        ),
        (
            "an unknown encoding",
            "Content-Transfer-Encoding: utf-8\n\nYour code: 4466".to_owned(),
        ),
        ("no empty line", "Subject: x\n\nYour code: 4466".to_owned()),
    ] {
        let message = receiver.receive(message.as_bytes()).await;
        assert!(
            message.text.starts_with("Your code: 4466"),
            "{name}: {:?}",
            message.text
        );
        assert_eq!(message.codes, ["4466"], "{name}");
        assert_eq!(message.attachments, [], "{name}");
    }
}

#[tokio::test]
async fn date_out_of_range_is_replaced() {
    for (date, expected) in [
        ("Mon, 17 Sep 2018 08:59:30 +0600", Some("2018-09-17T08:59:30+06:00")),
        ("Mon, 17 Sep 2018 28:59:30 +0600", None),
        ("Fri, 31 Feb 2026 10:00:00 +0000", None),
        ("Mon, 17 Sep 2018 10:61:00 +0000", None),
        ("0 Jan 0000 00:00:00 +0000", None),
        ("Mon, 17 Sep 2018 10:00:00 +9900", None),
        ("17 Sep 18 08:59 GMT", Some("2018-09-17T08:59:00Z")),
        (
            "Mon,  7 Sep 2018\n 08:59:30 -0000 (comment)",
            Some("2018-09-07T08:59:30Z"),
        ),
        ("17 Foo 2018 10:00:00 +0000", None),
        ("yesterday", None),
        ("", None),
    ] {
        let mock = start().await;
        deliver(&mock, "ada@example.com", &format!("Date: {date}\n\ntext")).await;
        let (_, json) = get(&mock, "/api/v1/message/latest").await;
        let expected = expected.unwrap_or_else(|| json["Created"].as_str().expect("a time"));
        assert_eq!(json["Date"], expected, "{date}");
    }
}

#[tokio::test]
async fn broken_messages_take_linear_time() {
    let mut receiver = Receiver::start().await;
    let head = "Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n";
    for message in [
        // In quadratic time each takes minutes.
        format!("{head}{}", "=x".repeat(500_000)),
        format!("{head}{}", "= ".repeat(500_000)),
        format!("{head}{}", "<img src='cid:x'>".repeat(50_000)),
        format!("Subject: {}\n\n", "=?utf-8?Q?=C3?= ".repeat(50_000)),
        format!("Content-Type: multipart/mixed\n\n{}", "--\n".repeat(200_000)),
        format!("Content-Transfer-Encoding: base64\n\n{}", "AA==\n!\n".repeat(100_000)),
    ] {
        receiver.receive(message).await;
        get(&receiver.mock, "/view/latest.html").await;
    }
}
