use crate::support::{Client, start};

#[tokio::test]
async fn accepts_a_hundred_recipients() {
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
async fn limits_command_lines() {
    let mock = start().await;
    let mut client = Client::greeted(mock.smtp_addr()).await;
    let longest = "NOOP ".to_owned() + &"x".repeat(2_048 - 5);
    assert_eq!(client.code(&longest).await, 250);
    assert_eq!(client.code(&(longest + "x")).await, 500);

    // The rest of a long line is not a command, in chunks of any size.
    for chunk in [1_000, 5_000, 1_000_000] {
        let line = "x ".repeat(50_000) + "\r\nRSET\r\n";
        for part in line.as_bytes().chunks(chunk) {
            client.send(part).await;
        }
        let too_long = (500, "line too long".to_owned());
        assert_eq!(client.reply().await, too_long, "in chunks of {chunk}");
        assert_eq!(client.reply().await.0, 250);
    }
}

#[tokio::test]
async fn limits_commands_between_messages() {
    let mock = start().await;
    let mut client = Client::sending(mock.smtp_addr(), "ada@example.com").await;
    assert_eq!(client.code(".").await, 250);
    // The message reset the count. Invalid commands count too.
    client.send("NOOP\r\n".repeat(500) + &"FOO\r\n".repeat(500)).await;
    for _ in 0..500 {
        assert_eq!(client.reply().await.0, 250);
    }
    for _ in 0..500 {
        assert_eq!(client.reply().await.0, 500);
    }
    assert_eq!(
        client.command("NOOP").await,
        (421, "too many commands without a message".to_owned())
    );
    client.is_closed().await;
}

#[tokio::test]
async fn connection_that_is_silent_for_longest_makes_room() {
    let mock = start().await;
    let mut clients = Vec::new();
    for _ in 0..256 {
        clients.push(Client::connect(mock.smtp_addr()).await);
    }
    for client in &mut clients {
        assert_eq!(client.reply().await.0, 220);
    }
    assert_eq!(clients[0].code("NOOP").await, 250);
    for silent in 1..=44 {
        let mut one_more = Client::greeted(mock.smtp_addr()).await;
        clients[silent].is_closed().await;
        assert_eq!(one_more.code("NOOP").await, 250);
        clients.push(one_more);
    }
    assert_eq!(clients[0].code("NOOP").await, 250);
    assert_eq!(clients[45].code("NOOP").await, 250);
}

#[tokio::test]
async fn endless_message_closes_the_connection() {
    let mock = start().await;
    let mut client = Client::sending(mock.smtp_addr(), "ada@example.com").await;
    let megabyte = "x".repeat(1024 * 1024 - 2) + "\r\n";
    for _ in 0..20 {
        client.send(&megabyte).await;
    }
    client.send("x").await;
    assert_eq!(client.reply().await.0, 421);
    client.is_closed().await;
    assert!(mock.mailbox().messages().is_empty());
}
