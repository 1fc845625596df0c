//! Timeouts and delays, over a connection in memory and with a paused clock, which advances when every task waits.

use std::time::Duration;

use mailer_mock::{Action, Config, FaultRule, Faults, Mailbox, Stage, testing};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::task::JoinHandle;
use tokio::time::Instant;

struct Peer {
    client: DuplexStream,
    mailbox: Mailbox,
    faults: Faults,
}

/// Starts a session whose connection buffers at most `capacity` unread bytes.
fn session(capacity: usize) -> (JoinHandle<()>, Peer) {
    let (client, server) = duplex(capacity);
    let (mailbox, faults, session) = testing::session(server, Config::default());
    let peer = Peer {
        client,
        mailbox,
        faults,
    };
    (tokio::spawn(session), peer)
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
    let (_session, mut peer) = session(1_024);
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
    let (_session, mut peer) = session(1_024);
    peer.send("HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.com>\r\nDATA\r\nhalf a")
        .await;
    assert_eq!(peer.codes(5).await, "220 250 250 250 354 ");
    assert!(peer.rest().await.starts_with("421 "));
    assert!(peer.mailbox.messages().is_empty());
}

#[tokio::test(start_paused = true)]
async fn client_that_does_not_read_is_disconnected() {
    let (session, mut peer) = session(64);
    let started = Instant::now();
    peer.send("HELP\r\nHELP\r\n").await;
    session.await.expect("it ends");
    assert_eq!(started.elapsed().as_secs(), 300);
}

#[tokio::test(start_paused = true)]
async fn client_idle_during_tls_handshake_is_disconnected() {
    let (session, mut peer) = session(1_024);
    peer.send("STARTTLS\r\n").await;
    assert_eq!(peer.codes(2).await, "220 220 ");
    let idle_since = Instant::now();
    session.await.expect("it ends");
    assert_eq!(idle_since.elapsed().as_secs(), 300);
}

#[tokio::test(start_paused = true)]
async fn delay_after_data_defers_reply_and_storage() {
    let (_session, mut peer) = session(1_024);
    let delay = Duration::from_secs(3);
    peer.faults
        .set(vec![FaultRule::new(Stage::AfterData, Action::Delay(delay))]);

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
    peer.send("HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.com>\r\nDATA\r\n.\r\n")
        .await;
    assert_eq!(peer.codes(5).await, "220 250 250 250 354 ");
    let Peer { client, mailbox, .. } = peer;
    drop(client);
    session.await.expect("it ends");
    assert_eq!(mailbox.messages().len(), 1);
}
