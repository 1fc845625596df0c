//! Sends emails over SMTP, through lettre's pool of connections.
//!
//! lettre reuses a connection even if the previous send was cancelled. The late reply to that send would then be read as
//! the reply to the next email, so a rejected email could count as sent. So the pool is replaced after every cancelled
//! send.

use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lettre::transport::smtp::{AsyncSmtpTransportBuilder, Error, PoolConfig};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::outcome::Outcome;
use crate::start_error::StartError;

/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long one sending may take. Shorter than the lease of a claim.
pub(super) const SEND_TIMEOUT: Duration = Duration::from_secs(20);

/// A pool of connections to one mail server. Clones share it.
#[derive(Clone)]
pub(super) struct Smtp {
    builder: AsyncSmtpTransportBuilder,
    pool: Arc<Mutex<Pool>>,
}

type Pool = AsyncSmtpTransport<Tokio1Executor>;

impl Smtp {
    /// The server of a URL in the form that lettre reads. Does not connect yet.
    pub(super) fn new(url: &str, connections: u32) -> Result<Self, StartError> {
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|_| StartError::SmtpUrl)?
            .timeout(Some(CONNECT_TIMEOUT))
            .pool_config(PoolConfig::new().max_size(connections));
        let pool = Arc::new(Mutex::new(builder.clone().build()));
        Ok(Self { builder, pool })
    }

    /// Sends an email and waits for the server's reply.
    pub(super) async fn send(&self, message: Message) -> Outcome {
        let pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut sending = pin!(pool.send(message));
        // Dropped before the sending, also if this future is dropped.
        let mut replace = ReplacePool {
            smtp: self,
            armed: true,
        };
        let sent = tokio::time::timeout(SEND_TIMEOUT, sending.as_mut()).await;
        replace.armed = sent.is_err();
        match sent {
            Ok(Ok(_)) => Outcome::Sent,
            Ok(Err(error)) => outcome_of(&error),
            Err(_) => Outcome::TryAgain("the mail server did not reply in time".to_owned()),
        }
    }
}

/// Replaces the pool when it is dropped before the server replied.
struct ReplacePool<'a> {
    smtp: &'a Smtp,
    armed: bool,
}

impl Drop for ReplacePool<'_> {
    fn drop(&mut self) {
        if self.armed {
            *self.smtp.pool.lock().unwrap_or_else(PoisonError::into_inner) = self.smtp.builder.clone().build();
        }
    }
}

/// The server's own words may quote the address, so only its reply code is kept.
fn outcome_of(error: &Error) -> Outcome {
    match error.status() {
        Some(code) if error.is_permanent() => Outcome::GiveUp(format!("rejected with {code}")),
        Some(code) => Outcome::TryAgain(format!("temporarily rejected with {code}")),
        None => Outcome::TryAgain(describe(error).to_owned()),
    }
}

fn describe(error: &Error) -> &'static str {
    if error.is_timeout() {
        "the mail server did not reply in time"
    } else if error.is_tls() {
        "cannot set up TLS with the mail server"
    } else if error.is_client() {
        "the mail server lacks a required feature"
    } else if error.is_response() {
        "cannot read the mail server's reply"
    } else {
        "cannot connect to the mail server"
    }
}
