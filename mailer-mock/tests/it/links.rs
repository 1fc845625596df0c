//! The links in messages, through the library.

use crate::support::{Client, start};

/// The links of a message with this HTML and this text.
async fn links(client: &mut Client, mock: &mailer_mock::MailerMock, html: &str, text: &str) -> Vec<String> {
    let mail = format!(
        "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n{text}\n\
         --b\nContent-Type: text/html; charset=utf-8\n\n{html}\n--b--"
    );
    client.begin("ada@example.com").await;
    assert_eq!(client.code(&format!("{}\r\n.", mail.replace('\n', "\r\n"))).await, 250);
    mock.mailbox().messages()[0].links.clone()
}

#[tokio::test]
async fn finds_links_in_html_and_text() {
    let mock = start().await;
    let mut client = Client::greeted(mock.smtp_addr()).await;
    for (html, text, expected) in [
        (
            "<a href='https://a.example/?x=1&amp;y=2#z'>go</a>",
            "",
            "https://a.example/?x=1&y=2#z",
        ),
        ("<A\nHREF=https://a.example>go</A>", "", "https://a.example"),
        ("<a href=' https://a.exa\nmple/x '>", "", "https://a.example/x"),
        ("<map><area href='http://a.example/'></map>", "", "http://a.example/"),
        ("<a href='example://open?code=1'>", "", "example://open?code=1"),
        ("", "Open https://a.example/x?y=(1).", "https://a.example/x?y=(1)"),
        (
            "",
            "(http://b.example/), <https://a.example/x>",
            "http://b.example/ https://a.example/x",
        ),
        ("", "\u{201c}https://b.example/y\u{201d}", "https://b.example/y"),
        ("", "\u{ff08}https://b.example/y\u{ff09}\u{3002}", "https://b.example/y"),
        (
            "",
            "app://open/1, https://b\u{fc}cher.example/",
            "app://open/1 https://b\u{fc}cher.example/",
        ),
        (
            "<a href='https://b.example'>",
            "https://a.example https://b.example",
            "https://b.example https://a.example",
        ),
    ] {
        assert_eq!(
            links(&mut client, &mock, html, text).await.join(" "),
            expected,
            "{html} {text}"
        );
    }
}

#[tokio::test]
async fn ignores_what_is_not_a_safe_link() {
    let mock = start().await;
    let mut client = Client::greeted(mock.smtp_addr()).await;
    let text = "javascript://%0aalert(1) file:///etc/passwd ada@example.com a.example";
    for html in [
        "<a>x</a><a href=''>x</a><a href='#top'>x</a><a href='/x'>x</a>",
        "<a href='mailto:a@example.com'>x</a><a href='tel:123'>x</a>",
        "<a href='javascript://%0aalert(1)'>x</a><a href='JaVaScRiPt://x'>x</a><a href='java\nscript://x'>x</a>",
        "<a href='data://x'>x</a><a href='file:///etc/passwd'>x</a><a href='vbscript://x'>x</a>",
        "<link href='https://a.example/style.css'><img src='https://a.example/pixel'>",
        "<!-- <a href='https://a.example'>x</a> --><style>a{b:url(https://a.example)}</style>",
        "<a href='https://'>x</a><a href='://x'>x</a><a href='1x://x'>x</a>",
    ] {
        assert_eq!(links(&mut client, &mock, html, text).await, [""; 0], "{html}");
    }
}

#[tokio::test]
async fn links_have_limits() {
    let mock = start().await;
    let mut client = Client::greeted(mock.smtp_addr()).await;
    let many: Vec<String> = (0..200)
        .map(|n| format!("<a href=https://a.example/{n}>x</a>\n"))
        .collect();
    assert_eq!(links(&mut client, &mock, &many.concat(), "").await.len(), 100);
    let long = format!("https://a.example/{}", "x".repeat(8_192));
    assert_eq!(links(&mut client, &mock, "", &long).await, [""; 0]);
    let late = format!("{}<a href=https://a.example>", "\u{e9}\n".repeat(400_000));
    assert_eq!(links(&mut client, &mock, &late, &late).await, [""; 0]);
}
