//! Timeouts and delays, tested over an in-memory pipe with a paused clock, which advances when every task waits.

use std::time::Duration;

use time::OffsetDateTime;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::time::Instant;

use super::session::Session;
use super::testing::service;
use crate::faults::{Action, FaultRule, Faults, Stage};
use crate::mailbox::Mailbox;
use crate::tls::{CertificateError, Tls};

struct Peer {
    client: DuplexStream,
    mailbox: Mailbox,
    faults: Faults,
}

/// A session whose connection buffers at most `capacity` unread bytes.
fn session(capacity: usize) -> (Session, Peer) {
    let (client, server) = duplex(capacity);
    let mailbox = Mailbox::new(|| OffsetDateTime::UNIX_EPOCH);
    let faults = Faults::default();
    let session = Session::new(server, service(&mailbox, &faults));
    let peer = Peer {
        client,
        mailbox,
        faults,
    };
    (session, peer)
}

impl Peer {
    async fn send(&mut self, text: &str) {
        let sent = self.client.write_all(text.as_bytes()).await;
        sent.expect("the session is open");
    }

    /// The codes of the next replies, which have one line each.
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
async fn idle_client_gets_421_after_five_minutes() {
    let (session, mut peer) = session(1_024);
    tokio::spawn(session.run());
    assert_eq!(peer.codes(1).await, "220 ");
    for _ in 0..3 {
        tokio::time::advance(Duration::from_secs(299)).await;
        peer.send("NOOP\r\n").await;
        assert_eq!(peer.codes(1).await, "250 ");
    }

    let idle_since = Instant::now();
    let rest = peer.rest().await;
    assert!(rest.starts_with("421 ") && rest.lines().count() == 1, "{rest}");
    assert_eq!(idle_since.elapsed().as_secs(), 300);
}

#[tokio::test(start_paused = true)]
async fn client_idle_during_data_gets_421() {
    let (session, mut peer) = session(1_024);
    tokio::spawn(session.run());
    peer.send("HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.com>\r\nDATA\r\nhalf a")
        .await;
    assert_eq!(peer.codes(5).await, "220 250 250 250 354 ");
    assert!(peer.rest().await.starts_with("421 "));
    assert!(peer.mailbox.messages().is_empty());
}

#[tokio::test(start_paused = true)]
async fn client_that_does_not_read_is_disconnected() {
    let (session, mut peer) = session(64);
    let session = tokio::spawn(session.run());
    let started = Instant::now();
    peer.send("HELP\r\nHELP\r\n").await;
    session.await.expect("it ends");
    assert_eq!(started.elapsed().as_secs(), 300);
}

#[tokio::test(start_paused = true)]
async fn client_idle_during_tls_handshake_is_disconnected() -> Result<(), CertificateError> {
    let (mut session, mut peer) = session(1_024);
    session.service.tls = Some(Tls::self_signed(([127, 0, 0, 1], 0).into())?);
    let session = tokio::spawn(session.run());
    peer.send("STARTTLS\r\n").await;
    assert_eq!(peer.codes(2).await, "220 220 ");
    let idle_since = Instant::now();
    session.await?;
    assert_eq!(idle_since.elapsed().as_secs(), 300);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn delay_after_data_defers_reply_and_storage() {
    let (session, mut peer) = session(1_024);
    let delay = Duration::from_secs(3);
    peer.faults
        .set(vec![FaultRule::new(Stage::AfterData, Action::Delay(delay))]);
    tokio::spawn(session.run());

    let started = Instant::now();
    peer.send("HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.com>\r\nDATA\r\n.\r\n")
        .await;
    assert_eq!(peer.codes(5).await, "220 250 250 250 354 ");
    assert_eq!(started.elapsed(), Duration::ZERO, "earlier replies are not delayed");
    assert!(peer.mailbox.messages().is_empty());

    assert_eq!(peer.codes(1).await, "250 ");
    assert!(started.elapsed() >= delay);
    assert_eq!(peer.mailbox.messages().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn delayed_message_is_stored_after_client_disconnects() {
    let (session, mut peer) = session(1_024);
    let delay = Duration::from_secs(3);
    peer.faults
        .set(vec![FaultRule::new(Stage::AfterData, Action::Delay(delay))]);
    let session = tokio::spawn(session.run());
    peer.send("HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.com>\r\nDATA\r\n.\r\n")
        .await;
    assert_eq!(peer.codes(5).await, "220 250 250 250 354 ");
    let Peer { client, mailbox, .. } = peer;
    drop(client);
    session.await.expect("it ends");
    assert_eq!(mailbox.messages().len(), 1);
}
