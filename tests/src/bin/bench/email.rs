//! Emails by the server and by lettre alone: the time to a mail server that acknowledges late, and the rate of a
//! backlog.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::future::try_join_all;
use lettre::message::MultiPart;
use lettre::transport::smtp::PoolConfig;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use crate::bench::Bench;
use crate::load::Connection;
use crate::meter::Stopwatch;
use crate::receivers::Sink;
use crate::request;
use crate::sample::{Sample, millis};
use crate::seed;
use ::tests::Outcome;

/// The emails of a backlog.
pub(crate) const BACKLOG: usize = 5_000;

/// The server has as many connections to the mail server.
const CONNECTIONS: u32 = 8;

/// The time from the answer of `register` to the email in the sink, for one client that does nothing else.
pub(crate) async fn after_registration(bench: &mut Bench, limit: Duration) -> Outcome<Sample> {
    let mut connection = Connection::open(bench.server()?.address).await?;
    let mut latencies = Vec::new();
    let stopwatch = Stopwatch::start();
    while stopwatch.elapsed() < limit {
        let address = bench.new_address();
        connection.ask(&request::register(&address)).await?;
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
    let mut tokens: HashMap<_, _> = addresses.into_iter().zip(tokens).collect();
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
            for _ in 0..BACKLOG / CONNECTIONS as usize {
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

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::sample::Figure;

    #[tokio::test]
    async fn sink_delays_a_client_without_nodelay() {
        let mut sink = Sink::start().await.expect("a sink");
        let sample = lettre_to_sink(&mut sink, Duration::from_millis(300))
            .await
            .expect("emails");
        let median = sample.get(Figure::P50).expect("latencies");
        assert!(median > 20.0, "{median} ms");
    }
}
