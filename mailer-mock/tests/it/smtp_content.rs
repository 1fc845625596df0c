use crate::support::{Client, deliver, start, texts};

#[tokio::test]
async fn undoes_dot_stuffing() {
    let mock = start().await;
    let mut client = Client::greeted(mock.smtp_addr()).await;
    for (sent, content) in [
        ("", ""),
        ("a\r\n", "a\r\n"),
        ("..\r\n", ".\r\n"),
        ("..a\r\n...b\r\n", ".a\r\n..b\r\n"),
        ("a.\r\n", "a.\r\n"),
        ("a\r\n.b\r\n", "a\r\nb\r\n"),
    ] {
        client.begin("ada@example.com").await;
        client.send(format!("{sent}.\r\nNOOP\r\n")).await;
        assert_eq!(client.codes().await, [250, 250], "{sent:?}");
        assert_eq!(mock.mailbox().messages()[0].raw, content.as_bytes(), "{sent:?}");
    }
}

#[tokio::test]
async fn only_crlf_dot_crlf_ends_a_message() {
    for ending in [
        "\n.\n",
        "\n.\r\n",
        "\r.\r",
        "\r.\r\n",
        "\r\n.\n",
        "\r\n.\r",
        "\r\n.\r\r\n",
        "\r\n.\0\r\n",
        "\r\n. \r\n",
        "\r\n\r.\r\n",
        "\n\r.\r\n",
    ] {
        let mock = start().await;
        let mut client = Client::sending(mock.smtp_addr(), "ada@example.com").await;
        let smuggled = "MAIL FROM:<admin@example.com>\r\nRCPT TO:<ada@example.com>\r\nDATA\r\nforged\r\n.\r\n";
        client.send(format!("first{ending}{smuggled}NOOP\r\n")).await;
        // One reply for the message and one for NOOP: there was no other command.
        assert_eq!(client.codes().await, [250, 250], "{ending:?}");
        let texts = texts(&mock);
        assert_eq!(texts.len(), 1, "{ending:?}");
        assert!(texts[0].contains("MAIL FROM"), "{ending:?}");
        client.disconnect().await;
    }
}

#[tokio::test]
async fn finds_the_end_in_single_bytes() {
    let mock = start().await;
    let mut client = Client::sending(mock.smtp_addr(), "ada@example.com").await;
    for byte in b"a\r\n..b\r\n.\r\nNOOP\r\n" {
        client.send([*byte]).await;
    }
    assert_eq!(client.codes().await, [250, 250]);
    assert_eq!(texts(&mock), ["a\n.b\n"]);
}

#[tokio::test]
async fn refuses_a_message_beyond_the_size_limit() {
    let mock = start().await;
    let mut client = Client::sending(mock.smtp_addr(), "ada@example.com").await;
    let megabyte = "x".repeat(1024 * 1024 - 2) + "\r\n";
    for _ in 0..10 {
        client.send(&megabyte).await;
    }
    client.send("y\r\n.\r\nNOOP\r\n").await;
    assert_eq!(client.codes().await, [552, 250]);
    assert!(mock.mailbox().messages().is_empty());

    // A message of exactly the limit is accepted on the same connection.
    client.begin("ada@example.com").await;
    for _ in 0..10 {
        client.send(&megabyte).await;
    }
    assert_eq!(client.code(".").await, 250);
    assert_eq!(mock.mailbox().messages()[0].raw.len(), 10 * 1024 * 1024);
}

#[tokio::test]
async fn incomplete_message_is_not_stored() {
    let mock = start().await;
    for sent in [
        "MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\n",
        "MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n",
        "MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nhalf a mail\r\n",
        "MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nhalf a mail\r\n.\r",
    ] {
        let mut client = Client::greeted(mock.smtp_addr()).await;
        client.send(sent).await;
        for _ in sent.matches("\r\n").take(2) {
            assert_eq!(client.reply().await.0, 250);
        }
        if sent.contains("DATA") {
            assert_eq!(client.reply().await.0, 354);
        }
        client.disconnect().await;
        assert!(mock.mailbox().messages().is_empty(), "{sent}");
    }
}

#[tokio::test]
async fn keeps_invalid_utf8() {
    let mock = start().await;
    let mut client = Client::sending(mock.smtp_addr(), "ada@example.com").await;
    client.send(b"Subject: \xc3\xa9 \xff\r\n\r\n\x00\xfe\r\n.\r\n").await;
    assert_eq!(client.reply().await.0, 250);
    let message = &mock.mailbox().messages()[0];
    assert_eq!(message.raw, b"Subject: \xc3\xa9 \xff\r\n\r\n\x00\xfe\r\n");
    assert_eq!(message.subject, "\u{e9} \u{fffd}");
}

#[tokio::test]
async fn accepts_a_deeply_nested_message() {
    let mock = start().await;
    deliver(
        &mock,
        "a@example.com",
        &"Content-Type: message/rfc822\n\n".repeat(50_000),
    )
    .await;
    deliver(&mock, "a@example.com", "still there").await;
    assert_eq!(texts(&mock), ["", "still there\n"]);
}
