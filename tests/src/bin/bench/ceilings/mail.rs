//! lettre alone: it sends one email many times, over as many connections as the server.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::try_join_all;
use lettre::address::Envelope;
use lettre::message::MultiPart;
use lettre::transport::smtp::PoolConfig;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use tests::Process;
use tokio::process::Command;

use crate::Outcome;
use crate::load::Driven;
use crate::sample::Sample;
use crate::stopwatch::Stopwatch;

/// Each mail worker of the server has a connection.
const CONNECTIONS: u32 = 4;

/// Sends a number of emails from a separate process.
pub(crate) async fn measure(smtp: SocketAddr, mails: usize) -> Outcome<Sample> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["mail", "--smtp", &smtp.to_string(), "--mails", &mails.to_string()]);
    let mut process = Process::start(command);
    let line = process.find_line("microseconds ").await;
    let line = line.map_err(|seen| format!("lettre alone failed to send: {seen:?}"))?;
    let (_, took) = line.rsplit_once(' ').ok_or("no time")?;
    let took = Duration::from_micros(took.parse()?);
    Ok(Sample {
        per_second: Driven { answers: mails, took }.per_second(),
        server: None,
        database: None,
    })
}

pub(super) async fn send(smtp: SocketAddr, mails: usize) -> Outcome<()> {
    let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(smtp.ip().to_string())
        .port(smtp.port())
        .pool_config(PoolConfig::new().max_size(CONNECTIONS))
        .build();
    let message = message()?;
    let mail = Arc::new((message.envelope().clone(), message.formatted()));
    let stopwatch = Stopwatch::start();
    let share = mails.div_ceil(usize::try_from(CONNECTIONS)?);
    let senders = (0..mails).step_by(share).map(|first| {
        let number = share.min(mails - first);
        tokio::spawn(send_some(transport.clone(), mail.clone(), number))
    });
    for sender in try_join_all(senders).await? {
        sender?;
    }
    println!("microseconds {}", stopwatch.elapsed().as_micros());
    Ok(())
}

async fn send_some(
    transport: AsyncSmtpTransport<Tokio1Executor>,
    mail: Arc<(Envelope, Vec<u8>)>,
    number: usize,
) -> Outcome<()> {
    for _ in 0..number {
        transport.send_raw(&mail.0, &mail.1).await?;
    }
    Ok(())
}

/// A message about as long as the email with a code.
fn message() -> Outcome<Message> {
    let text = "4466 is your activation code. It can be used for 60 seconds.\n".repeat(5);
    let html = format!(
        "<!doctype html><html><body>{}</body></html>",
        "<p>4466</p>\n".repeat(100)
    );
    let message = Message::builder()
        .from("Registration <no-reply@localhost>".parse()?)
        .to("bench@example.com".parse()?)
        .subject("4466 is your activation code")
        .multipart(MultiPart::alternative_plain_html(text, html))?;
    Ok(message)
}
