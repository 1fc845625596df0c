use std::time::Duration;

use mailer_mock::{Action, FaultRule, Faults, Stage};

use crate::support::{Client, start};

fn reply(code: u16) -> Action {
    Action::Reply {
        code,
        text: "injected".to_owned(),
    }
}

/// Sets one rule that fires once.
fn once(faults: &Faults, stage: Stage, action: Action) {
    faults.set(vec![FaultRule {
        times: Some(1),
        ..FaultRule::new(stage, action)
    }]);
}

/// The commands before each stage, its command, and the usual reply. [`Stage::Connect`] has no command.
const STAGES: [(Stage, &[&str], &str, u16); 5] = [
    (Stage::Ehlo, &[], "EHLO test", 250),
    (Stage::Mail, &["EHLO test"], "MAIL FROM:<a@example.com>", 250),
    (
        Stage::Rcpt,
        &["EHLO test", "MAIL FROM:<a@example.com>"],
        "RCPT TO:<b@example.com>",
        250,
    ),
    (
        Stage::Data,
        &["EHLO test", "MAIL FROM:<a@example.com>", "RCPT TO:<b@example.com>"],
        "DATA",
        354,
    ),
    (
        Stage::AfterData,
        &[
            "EHLO test",
            "MAIL FROM:<a@example.com>",
            "RCPT TO:<b@example.com>",
            "DATA",
        ],
        "a mail\r\n.",
        250,
    ),
];

#[tokio::test]
async fn reply_replaces_the_usual_one_once() {
    let mock = start().await;
    for (stage, before, command, usual) in STAGES {
        let mut client = Client::connect(mock.smtp_addr()).await;
        assert_eq!(client.reply().await.0, 220);
        for line in before {
            client.command(line).await;
        }
        once(mock.faults(), stage, reply(450));
        assert_eq!(client.command(command).await, (450, "injected".to_owned()), "{stage:?}");
        assert!(mock.mailbox().messages().is_empty(), "{stage:?}: nothing is stored");
        assert_eq!(mock.faults().rules()[0].fired, 1);

        // The command had no effect: now it succeeds, after DATA with the whole message.
        let again: &[&str] = if stage == Stage::AfterData { &before[1..] } else { &[] };
        for line in again {
            client.command(line).await;
        }
        assert_eq!(client.command(command).await.0, usual, "{stage:?}");
        assert_eq!(mock.faults().rules()[0].fired, 1);
    }
}

#[tokio::test]
async fn drop_closes_the_connection_without_a_reply() {
    let mock = start().await;
    for (stage, before, command, _) in STAGES {
        once(mock.faults(), stage, Action::Drop);
        let mut client = Client::connect(mock.smtp_addr()).await;
        assert_eq!(client.reply().await.0, 220);
        for line in before {
            client.command(line).await;
        }
        client.send(format!("{command}\r\n")).await;
        client.is_closed().await;
        let stored = mock.mailbox().messages().len();
        assert_eq!(stored, usize::from(stage == Stage::AfterData), "{stage:?}");
        mock.mailbox().clear();
    }
}

#[tokio::test]
async fn after_a_refusing_greeting_only_quit_is_valid() {
    let mock = start().await;
    once(mock.faults(), Stage::Connect, reply(554));
    let mut client = Client::connect(mock.smtp_addr()).await;
    assert_eq!(client.reply().await.0, 554);
    assert_eq!(client.code("EHLO test").await, 503);
    assert_eq!(client.code("QUIT").await, 221);
    Client::greeted(mock.smtp_addr()).await;
}

#[tokio::test]
async fn drop_at_connect_sends_no_greeting() {
    let mock = start().await;
    once(mock.faults(), Stage::Connect, Action::Drop);
    Client::connect(mock.smtp_addr()).await.is_closed().await;
    Client::greeted(mock.smtp_addr()).await;
}

#[tokio::test]
async fn reply_421_closes_the_connection() {
    let mock = start().await;
    once(mock.faults(), Stage::Mail, reply(421));
    let mut client = Client::greeted(mock.smtp_addr()).await;
    assert_eq!(client.code("MAIL FROM:<a@example.com>").await, 421);
    client.is_closed().await;
}

#[tokio::test]
async fn earlier_replies_are_sent_before_a_drop() {
    let mock = start().await;
    once(mock.faults(), Stage::Rcpt, Action::Drop);
    let mut client = Client::greeted(mock.smtp_addr()).await;
    client
        .send("NOOP\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\n")
        .await;
    assert_eq!(client.codes().await, [250, 250]);
    client.is_closed().await;
}

#[tokio::test]
async fn reply_below_400_changes_only_the_text() {
    let mock = start().await;
    once(mock.faults(), Stage::AfterData, reply(250));
    let mut client = Client::sending(mock.smtp_addr(), "ada@example.com").await;
    assert_eq!(client.command(".").await, (250, "injected".to_owned()));
    assert_eq!(mock.mailbox().messages().len(), 1);
}

#[tokio::test]
async fn recipient_pattern_limits_a_rule() {
    let mock = start().await;
    mock.faults().set(vec![FaultRule {
        recipient: Some("*+busy@example.com".to_owned()),
        ..FaultRule::new(Stage::Rcpt, reply(450))
    }]);
    let mut client = Client::greeted(mock.smtp_addr()).await;
    for (line, code) in [
        ("MAIL FROM:<a@example.com>", 250),
        ("RCPT TO:<ada@example.com>", 250),
        ("RCPT TO:<Ada+Busy@example.com>", 450),
        ("DATA", 354),
        (".", 250),
    ] {
        assert_eq!(client.code(line).await, code, "{line}");
    }
    let message = &mock.mailbox().messages()[0];
    assert_eq!(message.to.len(), 1, "the refused recipient is not included");
}

#[tokio::test]
async fn invalid_command_order_uses_up_no_rule() {
    let mock = start().await;
    once(mock.faults(), Stage::Rcpt, reply(450));
    let mut client = Client::greeted(mock.smtp_addr()).await;
    assert_eq!(client.code("RCPT TO:<b@example.com>").await, 503);
    assert_eq!(mock.faults().rules()[0].fired, 0);
}

#[tokio::test]
async fn session_continues_after_a_delay() {
    let mock = start().await;
    once(mock.faults(), Stage::AfterData, Action::Delay(Duration::from_millis(1)));
    let mut client = Client::sending(mock.smtp_addr(), "ada@example.com").await;
    assert_eq!(client.code(".").await, 250);
    assert_eq!(mock.mailbox().messages().len(), 1);
}
