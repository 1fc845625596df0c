//! Emails by the server and by lettre alone: the time to a mail server that acknowledges late, and the rate of a backlog.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::future::try_join_all;
use lettre::message::MultiPart;
use lettre::transport::smtp::PoolConfig;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use rustix::net::sockopt::set_tcp_quickack;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::Outcome;
use crate::bench::Bench;
use crate::load::Connection;
use crate::meter::Stopwatch;
use crate::request;
use crate::sample::{Sample, millis};
use crate::seed;

/// The emails of a backlog.
pub(crate) const BACKLOG: usize = 5_000;

/// The server has as many connections to the mail server.
const CONNECTIONS: u32 = 8;

/// An SMTP server that delays its acknowledgements, as Linux does by 40 ms without `TCP_QUICKACK`. A client that does not set
/// `TCP_NODELAY` sends the end of an email only after the start is acknowledged.
pub(crate) struct Sink {
    address: SocketAddr,
    recipients: UnboundedReceiver<String>,
}

impl Sink {
    pub(crate) async fn start() -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (sender, recipients) = unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(session(stream, sender.clone()));
            }
        });
        Ok(Self { address, recipients })
    }

    pub(crate) fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// Waits until an email to this address has arrived.
    async fn received(&mut self, address: &str) -> Outcome<()> {
        let received = tokio::time::timeout(Duration::from_secs(30), self.recipients.recv()).await;
        match received.map_err(|_| "an email did not arrive")? {
            Some(recipient) if recipient == address => Ok(()),
            other => Err(format!("an email to {other:?} instead of {address}").into()),
        }
    }
}

async fn session(stream: TcpStream, recipients: UnboundedSender<String>) -> Outcome<()> {
    let mut stream = BufReader::new(stream);
    let (mut recipient, mut in_content) = (String::new(), false);
    let mut reply = "220 localhost\r\n";
    loop {
        stream.write_all(reply.as_bytes()).await?;
        let mut line = String::new();
        loop {
            #[cfg(target_os = "linux")]
            set_tcp_quickack(stream.get_ref(), false)?;
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            if !in_content || line == ".\r\n" {
                break;
            }
        }
        reply = match line.get(..4).map(str::to_ascii_uppercase).as_deref() {
            _ if in_content => {
                recipients.send(recipient.clone())?;
                in_content = false;
                "250 accepted\r\n"
            }
            Some("RCPT") => {
                let address = line.split(['<', '>']).nth(1);
                address.ok_or("no recipient")?.clone_into(&mut recipient);
                "250 ok\r\n"
            }
            Some("DATA") => {
                in_content = true;
                "354 go on\r\n"
            }
            _ => "250 ok\r\n",
        };
    }
}

/// The time from the answer of `register` to the email in the sink, for one client that does nothing else.
pub(crate) async fn after_registration(bench: &mut Bench, limit: Duration) -> Outcome<Sample> {
    let mut connection = Connection::open(bench.server()?.address).await?;
    let mut latencies = Vec::new();
    let stopwatch = Stopwatch::start();
    while stopwatch.elapsed() < limit {
        let address = bench.new_address();
        connection.ask(&*request::register(&address)).await?;
        let answered = Stopwatch::start();
        bench.sink.received(&address).await?;
        latencies.push(millis(answered.elapsed()));
    }
    Ok(Sample::of_latencies(latencies))
}

/// The time that lettre alone needs for an email to the sink.
pub(crate) async fn lettre_to_sink(sink: &mut Sink, limit: Duration) -> Outcome<Sample> {
    let lettre = lettre(sink.address);
    let (envelope, content) = message()?;
    let mut latencies = Vec::new();
    let stopwatch = Stopwatch::start();
    while stopwatch.elapsed() < limit {
        let begun = Stopwatch::start();
        let sent = lettre.send_raw(&envelope, &content);
        let (received, sent) = tokio::join!(async { sink.received(RECIPIENT).await.map(|()| begun.elapsed()) }, sent);
        sent?;
        latencies.push(millis(received?));
    }
    Ok(Sample::of_latencies(latencies))
}

/// Writes a backlog, wakes the worker with one more registration, and measures from its answer until all emails are in
/// mailer-mock. Also returns the address, token and code of each email.
pub(crate) async fn backlog(bench: &mut Bench, emails: usize) -> Outcome<(Sample, Vec<[String; 3]>)> {
    let addresses: Vec<_> = (0..emails).map(|_| bench.new_address()).collect();
    let tokens = seed::registrations(&bench.db, &addresses).await?;
    let mut tokens: std::collections::HashMap<_, _> = addresses.into_iter().zip(tokens).collect();
    let last = request::register(&bench.new_address());
    // Not opened earlier, because the server closes a connection that sends nothing.
    let mut connection = Connection::open(bench.server()?.address).await?;
    let meter = bench.meter(bench.server()?);
    connection.ask(&last).await?;
    let stopwatch = Stopwatch::start();
    let mut codes = Vec::with_capacity(emails);
    for _ in 0..=emails {
        let (address, code) = bench.mailbox.next().await?;
        if let Some(token) = tokens.remove(&address) {
            codes.push([address, token, code]);
        }
    }
    Ok((meter.sample(emails + 1, stopwatch.elapsed()), codes))
}

/// The rate of lettre alone, which sends one email many times.
pub(crate) async fn lettre_backlog(bench: &mut Bench) -> Outcome<Sample> {
    let smtp = bench.mailbox.smtp;
    // On threads of its own, like the server.
    let sending = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(send(smtp))
    });
    let (took, ()) = tokio::try_join!(async { sending.await? }, bench.mailbox.skip(BACKLOG))?;
    Ok(Sample::of_answers(BACKLOG, took, None, None))
}

async fn send(smtp: SocketAddr) -> Outcome<Duration> {
    let (lettre, message) = (lettre(smtp), message()?);
    let stopwatch = Stopwatch::start();
    let senders = (0..CONNECTIONS).map(|_| {
        let (lettre, (envelope, content)) = (lettre.clone(), message.clone());
        tokio::spawn(async move {
            for _ in 0..BACKLOG / 8 {
                lettre.send_raw(&envelope, &content).await?;
            }
            Outcome::Ok(())
        })
    });
    for sender in try_join_all(senders).await? {
        sender?;
    }
    Ok(stopwatch.elapsed())
}

fn lettre(smtp: SocketAddr) -> AsyncSmtpTransport<Tokio1Executor> {
    AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(smtp.ip().to_string())
        .port(smtp.port())
        .pool_config(PoolConfig::new().max_size(CONNECTIONS))
        .build()
}

const RECIPIENT: &str = "bench@example.com";

/// A message about as long as the email with a code.
fn message() -> Outcome<(lettre::address::Envelope, Vec<u8>)> {
    let text = "4466 is your activation code. It can be used for 60 seconds.\n".repeat(5);
    let html = format!(
        "<!doctype html><html><body>{}</body></html>",
        "<p>4466</p>\n".repeat(100)
    );
    let message = Message::builder()
        .from("Registration <no-reply@localhost>".parse()?)
        .to(RECIPIENT.parse()?)
        .subject("4466 is your activation code")
        .multipart(MultiPart::alternative_plain_html(text, html))?;
    Ok((message.envelope().clone(), message.formatted()))
}
