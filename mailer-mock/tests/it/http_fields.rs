use serde_json::{Value, json};

use crate::support::{deliver, get, start};

async fn latest(mock: &mailer_mock::MailerMock) -> [Value; 2] {
    let (_, mail) = get(mock, "/api/v1/message/latest").await;
    let (_, list) = get(mock, "/api/v1/messages").await;
    [mail, list["messages"][0].clone()]
}

#[tokio::test]
async fn recipients_and_reply_address_are_from_the_headers() {
    let mock = start().await;
    let mail = "From: a@example.com\nTo: Ada <ada@example.com>, Bob <bob@example.com>\n\
                Cc: =?utf-8?q?Cl=C3=A9o?= <cleo@example.com>\nReply-To: Help <help@example.com>, b@example.com\n\
                List-Unsubscribe: <mailto:leave@example.com>,\n <https://example.com/leave?x=1>\n\
                List-Unsubscribe-Post: List-Unsubscribe=One-Click\n\ntext";
    deliver(&mock, "dan@example.com", mail).await;
    let one = |address: &str, name: &str| json!({"Address": format!("{address}@example.com"), "Name": name});
    for json in latest(&mock).await {
        assert_eq!(json["To"], json!([one("ada", "Ada"), one("bob", "Bob")]));
        assert_eq!(json["Cc"], json!([one("cleo", "Cl\u{e9}o")]));
        assert_eq!(json["Bcc"], json!([one("dan", "")]));
        assert_eq!(json["ReplyTo"], json!([one("help", "Help"), one("b", "")]));
    }
    let links = json!(["mailto:leave@example.com", "https://example.com/leave?x=1"]);
    let [detail, _] = latest(&mock).await;
    assert_eq!(detail["ListUnsubscribe"]["Links"], links);
    assert_eq!(detail["ListUnsubscribe"]["HeaderPost"], "List-Unsubscribe=One-Click");
}

#[tokio::test]
async fn links_and_expiry_are_beside_the_codes() {
    let mock = start().await;
    let mail = "X-Code-Expires: 2026-01-04T14:01:00.5+02:00\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\n\
                Code 4466: https://example.com/activate#code=4466.\n--b\nContent-Type: text/html\n\n\
                <a href=\"https://example.com/?a=1&amp;b=2\">Open</a><a href=\"javascript://%0aalert(1)\">x</a>\n--b--";
    deliver(&mock, "ada@example.com", mail).await;
    let (_, waited) = get(&mock, "/api/v1/wait?to=ada@example.com").await;
    let [detail, summary] = latest(&mock).await;
    for json in [waited, detail, summary] {
        assert_eq!(json["Codes"], json!(["4466"]));
        let links = ["https://example.com/?a=1&b=2", "https://example.com/activate#code=4466"];
        assert_eq!(json["Links"], json!(links));
        assert_eq!(json["CodesExpire"], "2026-01-04T12:01:00.5Z");
    }
    deliver(&mock, "ada@example.com", "X-Code-Expires: soon\n\ntext").await;
    for json in latest(&mock).await {
        assert_eq!((&json["CodesExpire"], &json["Links"]), (&Value::Null, &json!([])));
    }
}

#[tokio::test]
async fn headers_are_decoded_on_request() {
    let mock = start().await;
    let mail = "Subject: =?utf-8?q?caf=C3=A9?=\nFrom: =?utf-8?b?4piD?= <a@example.com>\n\ntext";
    deliver(&mock, "ada@example.com", mail).await;
    let (_, headers) = get(&mock, "/api/v1/message/latest/headers?decoded=true").await;
    let decoded = json!({"Subject": ["caf\u{e9}"], "From": ["\u{2603} <a@example.com>"]});
    assert_eq!(headers, decoded);
    let (_, headers) = get(&mock, "/api/v1/message/latest/headers").await;
    assert_eq!(headers["Subject"], json!(["=?utf-8?q?caf=C3=A9?="]));
}

#[tokio::test]
async fn only_pictures_keep_their_type() {
    let mock = start().await;
    let mut mail = "Content-Type: multipart/mixed; boundary=b\n".to_owned();
    let types = [
        "image/png",
        "image/svg+xml",
        "text/html",
        "application/xml",
        "image/x;y",
    ];
    for kind in types {
        mail += "\n--b\nContent-Disposition: attachment; filename=a\nContent-Type: ";
        mail += kind;
        mail += "\n\nx";
    }
    deliver(&mock, "ada@example.com", &(mail + "\n--b--")).await;
    let expected = [
        "image/png",
        "image/svg+xml",
        "application/octet-stream",
        "application/octet-stream",
        "image/x",
    ];
    for (part, expected) in (1..).zip(expected) {
        let url = format!("http://{}/api/v1/message/latest/part/{part}", mock.http_addr());
        let response = reqwest::get(url).await.expect("a response");
        assert_eq!(response.headers()["content-type"], expected);
        let disposition = response.headers()["content-disposition"].to_str().expect("text");
        assert!(
            disposition.starts_with("attachment"),
            "a browser does not open it: {disposition}"
        );
    }
}

#[tokio::test]
async fn recipients_are_shown_as_in_email_programs() {
    let mock = start().await;
    for (mail, expected) in [
        ("", ["r@x", "", ""]),
        ("To: undisclosed-recipients:;", ["r@x", "", ""]),
        ("To: R@x", ["R@x", "", ""]),
        ("Cc: r@x", ["", "r@x", ""]),
        ("To: a@x, b@x\nCc: c@x", ["a@x b@x", "c@x", "r@x"]),
        ("To: Team: a@x, r@x;\nBcc: d@x", ["a@x r@x", "", ""]),
    ] {
        deliver(&mock, "r@x", &format!("X: y\n{mail}\n\ntext").replace("\n\n\n", "\n\n")).await;
        for json in latest(&mock).await {
            let shown = ["To", "Cc", "Bcc"].map(|field| {
                let list = json[field].as_array().expect("a list").iter();
                list.filter_map(|one| one["Address"].as_str())
                    .collect::<Vec<_>>()
                    .join(" ")
            });
            assert_eq!(shown, expected, "{mail}");
        }
    }
}

#[tokio::test]
async fn expiry_has_the_format_of_a_timestamp_or_of_the_header_date() {
    let mock = start().await;
    for (value, expected) in [
        ("2026-01-04T12:01:00.500Z", json!("2026-01-04T12:01:00.5Z")),
        (" 2026-01-04T14:01:00+02:00 ", json!("2026-01-04T12:01:00Z")),
        ("Sun, 4 Jan 2026 12:01:00 +0000", json!("2026-01-04T12:01:00Z")),
        ("9999-12-31T23:59:59Z", json!("9999-12-31T23:59:59Z")),
        // In UTC, these years have five digits and a sign.
        ("9999-12-31T23:59:59-01:00", Value::Null),
        ("0000-01-01T00:00:00+01:00", Value::Null),
        ("2026-01-04", Value::Null),
        ("", Value::Null),
    ] {
        deliver(&mock, "r@x", &format!("X-Code-Expires: {value}\n\ntext")).await;
        assert_eq!(latest(&mock).await[0]["CodesExpire"], expected, "{value}");
    }
}

#[tokio::test]
async fn unsubscribe_links_are_between_brackets() {
    let mock = start().await;
    for (value, links) in [
        (
            "<mailto:u@x?subject=a,b>, <https://x/u>",
            vec!["mailto:u@x?subject=a,b", "https://x/u"],
        ),
        ("(Comment) <https://x/\n u>", vec!["https://x/u"]),
        ("https://x/u", vec![]),
        ("<>, <https://x", vec![]),
    ] {
        deliver(&mock, "r@x", &format!("list-unsubscribe: {value}\n\ntext")).await;
        assert_eq!(
            latest(&mock).await[0]["ListUnsubscribe"]["Links"],
            json!(links),
            "{value}"
        );
    }
}
