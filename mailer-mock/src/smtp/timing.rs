//! Tests of what takes time, over a pipe in memory and a clock that goes on by itself when everyone waits.

use std::time::Duration;

use time::OffsetDateTime;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::time::Instant;

use super::session::Session;
use crate::tls::{self, Tls};
use crate::{Action, FaultRule, Faults, Mailbox, Stage};

struct Dialogue {
    client: DuplexStream,
    mailbox: Mailbox,
    faults: Faults,
}

/// A session that holds at most `capacity` bytes which the other side has not read.
fn session(capacity: usize) -> (Session<DuplexStream>, Dialogue) {
    let (client, server) = duplex(capacity);
    let mailbox = Mailbox::new(|| OffsetDateTime::UNIX_EPOCH);
    let faults = Faults::default();
    let session = Session::new(server, mailbox.clone(), faults.clone());
    let dialogue = Dialogue {
        client,
        mailbox,
        faults,
    };
    (session, dialogue)
}

impl Dialogue {
    async fn send(&mut self, text: &str) {
        let sent = self.client.write_all(text.as_bytes()).await;
        sent.expect("the session is open");
    }

    /// The codes of so many replies of one line.
    async fn codes(&mut self, replies: usize) -> String {
        let mut codes = String::new();
        for _ in 0..replies {
            let mut line = String::new();
            while !line.ends_with('\n') {
                line.push(char::from(self.client.read_u8().await.expect("a reply")));
            }
            codes.push_str(&line[..4]);
        }
        codes
    }

    async fn rest(&mut self) -> String {
        let mut rest = String::new();
        let read = self.client.read_to_string(&mut rest).await;
        read.expect("it is closed");
        rest
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_client_is_told_after_five_minutes() {
    let (session, mut dialogue) = session(1_024);
    tokio::spawn(session.run());
    assert_eq!(dialogue.codes(1).await, "220 ");
    for _ in 0..3 {
        tokio::time::advance(Duration::from_secs(299)).await;
        dialogue.send("NOOP\r\n").await;
        assert_eq!(dialogue.codes(1).await, "250 ");
    }

    let silent_since = Instant::now();
    let rest = dialogue.rest().await;
    assert!(rest.starts_with("421 ") && rest.lines().count() == 1, "{rest}");
    assert_eq!(silent_since.elapsed().as_secs(), 300);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_falls_silent_in_its_mail_is_told_too() {
    let (session, mut dialogue) = session(1_024);
    tokio::spawn(session.run());
    dialogue
        .send("HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.com>\r\nDATA\r\nhalf a")
        .await;
    assert_eq!(dialogue.codes(5).await, "220 250 250 250 354 ");
    assert!(dialogue.rest().await.starts_with("421 "));
    assert!(dialogue.mailbox.messages().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_read_is_left() {
    let (session, mut dialogue) = session(64);
    let session = tokio::spawn(session.run());
    let started = Instant::now();
    dialogue.send("HELP\r\nHELP\r\n").await;
    session.await.expect("it ends");
    assert_eq!(started.elapsed().as_secs(), 300);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_falls_silent_in_its_handshake_is_left() -> Result<(), tls::Failure> {
    let (session, mut dialogue) = session(1_024);
    let tls = Tls::self_made(([127, 0, 0, 1], 0).into())?;
    let session = tokio::spawn(session.with_tls(Some(tls)).run());
    dialogue.send("STARTTLS\r\n").await;
    assert_eq!(dialogue.codes(2).await, "220 220 ");
    let silent_since = Instant::now();
    session.await?;
    assert_eq!(silent_since.elapsed().as_secs(), 300);
    Ok(())
}

#[tokio::test]
async fn a_client_too_many_is_told() {
    let (session, mut dialogue) = session(1_024);
    session.refuse().await;
    assert!(dialogue.rest().await.starts_with("421 too many connections"));
}

#[tokio::test(start_paused = true)]
async fn a_delay_holds_back_the_reply_and_the_mail() {
    let (session, mut dialogue) = session(1_024);
    let pause = Duration::from_secs(3);
    dialogue
        .faults
        .set(vec![FaultRule::new(Stage::AfterData, Action::Delay(pause))]);
    tokio::spawn(session.run());

    let started = Instant::now();
    dialogue
        .send("HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.com>\r\nDATA\r\n.\r\n")
        .await;
    assert_eq!(dialogue.codes(5).await, "220 250 250 250 354 ");
    assert_eq!(started.elapsed(), Duration::ZERO, "what was owed before does not wait");
    assert!(dialogue.mailbox.messages().is_empty());

    assert_eq!(dialogue.codes(1).await, "250 ");
    assert!(started.elapsed() >= pause);
    assert_eq!(dialogue.mailbox.messages().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_delayed_mail_is_stored_also_when_the_client_has_left() {
    let (session, mut dialogue) = session(1_024);
    let pause = Duration::from_secs(3);
    dialogue
        .faults
        .set(vec![FaultRule::new(Stage::AfterData, Action::Delay(pause))]);
    let session = tokio::spawn(session.run());
    dialogue
        .send("HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.com>\r\nDATA\r\n.\r\n")
        .await;
    assert_eq!(dialogue.codes(5).await, "220 250 250 250 354 ");
    let Dialogue { client, mailbox, .. } = dialogue;
    drop(client);
    session.await.expect("it ends");
    assert_eq!(mailbox.messages().len(), 1);
}
