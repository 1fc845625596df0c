//! What real clients, and browsers, send to the SMTP port.

use crate::support::{Client, start};

#[tokio::test]
async fn accepts_the_spellings_of_real_clients() {
    let mock = start().await;
    for (hello, code) in [
        ("EHLO client.example", 250),
        ("ehlo localhost", 250),
        ("Ehlo [127.0.0.1]", 250),
        ("EHLO [IPv6:::1]", 250),
        ("EHLO my_pc", 250),
        ("EHLO Ada's PC", 250),
        ("EHLO b\u{fc}cher.example", 250),
        ("EHLO client.example ", 250),
        ("HELO x", 250),
        ("helo [::1]", 250),
        ("EHLO", 501),
        ("HELO", 501),
        ("EHLO ", 501),
        ("LHLO client.example", 502),
    ] {
        let mut client = Client::connect(mock.smtp_addr()).await;
        assert_eq!(client.reply().await.0, 220);
        assert_eq!(client.code(hello).await, code, "{hello:?}");
        let expected = if code == 250 { 250 } else { 503 };
        assert_eq!(client.code("MAIL FROM:<a@example.com>").await, expected, "{hello:?}");
    }
    let mut client = Client::greeted(mock.smtp_addr()).await;
    for (line, code) in [
        ("mail from:<a@example.com> body=8bitmime smtputf8", 250),
        ("rset ", 250),
        ("Mail From: <a@example.com> size=10", 250),
        ("RSET", 250),
        ("MAIL FROM:<a@example.com> AUTH=<>", 250),
        ("RSET", 250),
        ("MAIL FROM:<@relay.example,@other.example:a@example.com>", 250),
        ("rcpt to:<ada@example.com>", 250),
        ("Rcpt To: <ada@example.com>", 250),
        ("RCPT TO:<\"odd user\"@example.com>", 250),
        ("RCPT TO:<@relay.example:\"a b\"@example.com>", 250),
        ("RCPT TO:<ada@[127.0.0.1]>", 250),
        ("RCPT TO:<ada@[IPv6:2001:db8::1]> ", 250),
        ("RCPT TO:<ada@[ipv6:::1]>", 250),
        ("RCPT TO:<ada@localhost>", 250),
        ("RCPT TO:<ada+tag=x/y@example.com>", 250),
        ("RCPT TO:<ada.@example.com>", 250),
        ("RCPT TO:<ada@[300.0.0.1]>", 501),
        ("RCPT TO:<ada example@example.com>", 501),
        ("RCPT TO:ada@example.com", 501),
        ("BDAT 5 LAST", 502),
        ("data", 354),
        ("Subject: x\r\n\r\ntext\r\n.", 250),
        ("quit", 221),
    ] {
        assert_eq!(client.code(line).await, code, "{line:?}");
    }
    let recipients: Vec<String> = mock.mailbox().messages()[0]
        .to
        .iter()
        .map(|to| to.address.clone())
        .collect();
    assert_eq!(
        recipients[2..6],
        [
            "\"odd user\"@example.com",
            "\"a b\"@example.com",
            "ada@[127.0.0.1]",
            "ada@[IPv6:2001:db8::1]"
        ]
    );
}

#[tokio::test]
async fn accepts_long_lines_and_eight_bit_content() {
    let mock = start().await;
    let mut client = Client::greeted(mock.smtp_addr()).await;
    let long = format!("{}\u{fc}", "x".repeat(100_000));
    for line in ["MAIL FROM:<a@example.com>", "RCPT TO:<ada@example.com>", "DATA"] {
        assert!(client.code(line).await < 400);
    }
    assert_eq!(client.code(&format!("Subject: {long}\r\n\r\n{long}\r\n.")).await, 250);
    let message = &mock.mailbox().messages()[0];
    assert_eq!(
        (message.subject.as_str(), message.text.trim_end()),
        (long.as_str(), long.as_str())
    );
    assert_eq!(client.code(&"x".repeat(5_000)).await, 500);
    assert_eq!(client.code("NOOP").await, 250);
}

#[tokio::test]
async fn a_browser_cannot_send() {
    let mock = start().await;
    for method in ["POST", "GET", "PUT", "OPTIONS"] {
        let mut client = Client::connect(mock.smtp_addr()).await;
        let body = "EHLO x\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\nforged\r\n.\r\nQUIT\r\n";
        client
            .send(format!("{method} /EHLO HTTP/1.1\r\nHost: localhost\r\n\r\n{body}"))
            .await;
        assert_eq!(client.codes().await, [220, 421]);
        client.is_closed_after_any_reply().await;
    }
    assert!(mock.mailbox().messages().is_empty());
}
