use crate::support::{Client, start, texts};

#[tokio::test]
async fn greets_and_names_its_extensions() {
    let mock = start().await;
    let mut client = Client::connect(mock.smtp_addr()).await;
    assert_eq!(client.reply().await.0, 220);

    let (code, text) = client.command("EHLO test").await;
    assert_eq!(code, 250);
    let extensions: Vec<&str> = text.lines().skip(1).collect();
    let expected = ["SIZE 10485760", "PIPELINING", "8BITMIME", "SMTPUTF8", "HELP"];
    assert_eq!(extensions, expected);

    let (code, text) = client.command("HELO test").await;
    assert_eq!((code, text.lines().count()), (250, 1));
}

#[tokio::test]
async fn keeps_to_the_order_of_commands() {
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
async fn answers_the_small_commands() {
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
        ("STARTTLS", 502),
        ("MAIL FROM:nobody", 501),
        ("MAIL FROM:<a@example.com> SIZE=10485761", 552),
        ("MAIL FROM:<a@example.com> FOO=1", 555),
        ("MAIL FROM:<a@example.com> SIZE=10485760 BODY=8BITMIME SMTPUTF8", 250),
        ("RCPT TO:<>", 501),
        ("RCPT TO:<postmaster>", 250),
        ("QUIT", 221),
    ] {
        assert_eq!(client.code(line).await, code, "{line}");
    }
    client.is_closed().await;
}

#[tokio::test]
async fn rset_abandons_a_mail() {
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
async fn replies_to_pipelined_commands_in_their_order() {
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
async fn takes_a_hundred_recipients() {
    let mock = start().await;
    let mut client = Client::greeted(mock.smtp_addr()).await;
    assert_eq!(client.code("MAIL FROM:<a@example.com>").await, 250);
    for n in 0..100 {
        assert_eq!(client.code(&format!("RCPT TO:<{n}@example.com>")).await, 250);
    }
    assert_eq!(client.code("RCPT TO:<100@example.com>").await, 452);
    assert_eq!(client.code("DATA").await, 354);
    assert_eq!(client.code(".").await, 250);
    assert_eq!(mock.mailbox().messages()[0].to.len(), 100);
}

#[tokio::test]
async fn bounds_command_lines_and_reads_on_after_them() {
    let mock = start().await;
    let mut client = Client::greeted(mock.smtp_addr()).await;
    let longest = "NOOP ".to_owned() + &"x".repeat(2_048 - 5);
    assert_eq!(client.code(&longest).await, 250);
    assert_eq!(client.code(&(longest + "x")).await, 500);

    // What is beyond the limit is no command of its own, however it arrives.
    for chunk in [1_000, 5_000, 1_000_000] {
        let line = "x ".repeat(50_000) + "\r\nRSET\r\n";
        for part in line.as_bytes().chunks(chunk) {
            client.send(part).await;
        }
        let too_long = (500, "line too long".to_owned());
        assert_eq!(client.reply().await, too_long, "in pieces of {chunk}");
        assert_eq!(client.reply().await.0, 250);
    }
}

#[tokio::test]
async fn a_line_feed_ends_a_command_and_a_carriage_return_does_not() {
    let mock = start().await;
    let mut client = Client::greeted(mock.smtp_addr()).await;
    client.send("NOOP\nNOOP\rNOOP\r\nNOOP\r\n").await;
    assert_eq!(client.codes().await, [250, 500, 250]);
}
