use crate::support::{Client, start, texts};

#[tokio::test]
async fn ehlo_lists_the_extensions() {
    let mock = start().await;
    let mut client = Client::connect(mock.smtp_addr()).await;
    assert_eq!(client.reply().await.0, 220);

    let (code, text) = client.command("EHLO test").await;
    assert_eq!(code, 250);
    let extensions: Vec<&str> = text.lines().skip(1).collect();
    let expected = [
        "SIZE 10485760",
        "PIPELINING",
        "8BITMIME",
        "SMTPUTF8",
        "STARTTLS",
        "AUTH PLAIN LOGIN",
        "HELP",
    ];
    assert_eq!(extensions, expected);

    let (code, text) = client.command("HELO test").await;
    assert_eq!((code, text.lines().count()), (250, 1));
}

#[tokio::test]
async fn enforces_the_order_of_commands() {
    let mock = start().await;
    let mut client = Client::connect(mock.smtp_addr()).await;
    assert_eq!(client.reply().await.0, 220);
    for (line, code) in [
        ("MAIL FROM:<a@example.com>", 503),
        ("RCPT TO:<b@example.com>", 503),
        ("DATA", 503),
        ("NOOP", 250),
        ("EHLO test", 250),
        ("RCPT TO:<b@example.com>", 503),
        ("DATA", 503),
        ("MAIL FROM:<a@example.com>", 250),
        ("MAIL FROM:<a@example.com>", 503),
        ("DATA", 503),
        ("RCPT TO:<b@example.com>", 250),
        ("EHLO again", 250),
        ("DATA", 503),
        ("MAIL FROM:<>", 250),
        ("RCPT TO:<b@example.com>", 250),
        ("DATA", 354),
        ("a mail\r\n.", 250),
        ("DATA", 503),
        ("MAIL FROM:<a@example.com>", 250),
    ] {
        assert_eq!(client.code(line).await, code, "{line}");
    }
    assert_eq!(texts(&mock), ["a mail\n"]);
}

#[tokio::test]
async fn replies_to_other_and_invalid_commands() {
    let mock = start().await;
    let mut client = Client::greeted(mock.smtp_addr()).await;
    for (line, code) in [
        ("NOOP", 250),
        ("noop with words", 250),
        ("VRFY ada", 252),
        ("HELP", 214),
        ("FOO", 500),
        ("", 500),
        ("EXPN list", 502),
        ("DATA\rX", 500),
        ("RCPT TO:<\"\r\"@example.com>", 500),
        ("STARTTLS now", 501),
        ("AUTH", 501),
        ("AUTH CRAM-MD5", 504),
        ("AUTH NONSENSE", 504),
        ("MAIL FROM:nobody", 501),
        ("MAIL FROM:a@example.com", 501),
        ("MAIL FROM:<a>", 501),
        ("MAIL FROM:<\"a\"b@example.com>", 501),
        ("MAIL FROM:<\u{fc}@example.com>", 553),
        ("MAIL FROM:<\"\u{fc}\"@example.com>", 553),
        ("MAIL FROM:<a@example.com> SIZE=10485761", 552),
        ("MAIL FROM:<a@example.com> FOO=1", 555),
        ("MAIL FROM:<a@example.com> SIZE=10485760 BODY=8BITMIME SMTPUTF8", 250),
        ("RCPT TO:<>", 501),
        ("RCPT TO:<a@>", 501),
        ("RCPT TO:<a@b@c>", 501),
        ("RCPT TO:<a@[127.0.0.256]>", 501),
        ("RCPT TO:<a@[example.com]>", 501),
        ("RCPT TO:<\"a\">", 501),
        ("RCPT TO:<\"a@example.com>", 501),
        ("RCPT TO:<a\"b\"@example.com>", 501),
        ("RCPT TO:<\u{fc}@example.com>", 250),
        ("RCPT TO:<Postmaster>", 250),
        ("RCPT TO:<postmaster>", 250),
        ("QUIT", 221),
    ] {
        assert_eq!(client.code(line).await, code, "{line}");
    }
    client.is_closed().await;
}

#[tokio::test]
async fn rset_ends_the_mail_transaction() {
    let mock = start().await;
    let mut client = Client::greeted(mock.smtp_addr()).await;
    for (line, code) in [
        ("RSET", 250),
        ("MAIL FROM:<a@example.com>", 250),
        ("RCPT TO:<first@example.com>", 250),
        ("RSET", 250),
        ("DATA", 503),
    ] {
        assert_eq!(client.code(line).await, code, "{line}");
    }
    client.begin("second@example.com").await;
    assert_eq!(client.code(".").await, 250);
    let [message] = &mock.mailbox().messages()[..] else {
        panic!("one mail");
    };
    let to: Vec<&str> = message.to.iter().map(|to| to.address.as_str()).collect();
    assert_eq!(to, ["second@example.com"]);
}

#[tokio::test]
async fn replies_to_pipelined_commands_in_order() {
    let mock = start().await;
    let mut client = Client::connect(mock.smtp_addr()).await;
    client
        .send(
            "EHLO test\r\nMAIL FROM:<a@example.com>\r\nFOO\r\nRCPT TO:<b@example.com>\r\nDATA\r\none\r\n.\r\n\
             MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\ntwo\r\n.\r\nQUIT\r\n",
        )
        .await;
    let codes = client.codes().await;
    assert_eq!(codes, [220, 250, 250, 500, 250, 354, 250, 250, 250, 354, 250, 221]);
    client.is_closed().await;
    assert_eq!(texts(&mock), ["one\n", "two\n"]);
}

#[tokio::test]
async fn line_feed_ends_a_command_and_carriage_return_does_not() {
    let mock = start().await;
    let mut client = Client::greeted(mock.smtp_addr()).await;
    client.send("NOOP\nNOOP\rNOOP\r\nNOOP\r\n").await;
    assert_eq!(client.codes().await, [250, 500, 250]);
}

#[tokio::test]
async fn non_ascii_addresses_require_smtputf8() {
    let mock = start().await;
    let mut client = Client::greeted(mock.smtp_addr()).await;
    for (line, code) in [
        ("MAIL FROM:<\u{fc}@example.com>", 553),
        ("MAIL FROM:<a@example.com>", 250),
        ("RCPT TO:<\u{fc}@example.com>", 553),
        ("DATA", 503),
        ("RSET", 250),
        ("MAIL FROM:<\u{fc}@example.com> SMTPUTF8", 250),
        ("RCPT TO:<\u{fc}@example.com>", 250),
        ("DATA", 354),
        (".", 250),
    ] {
        assert_eq!(client.code(line).await, code, "{line}");
    }
    assert_eq!(mock.mailbox().messages_to("\u{dc}@example.com").len(), 1);
}
