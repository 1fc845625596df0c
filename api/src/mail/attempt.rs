//! One attempt: claim, compose, send, record.
//!
//! The database is asked for several emails at once. Each is then sent by itself, and recorded together with what else
//! was sent meanwhile. A code is drawn when there is a connection to send it on, not before.

use std::sync::Arc;

use entity::Timestamp;
use futures_util::future::BoxFuture;
use lettre::Message;
use opentelemetry::KeyValue;
use sea_orm::{ActiveEnum, DatabaseConnection, DbErr};
use tokio_util::sync::CancellationToken;

use super::domains::{Domains, InProgress};
use super::outbox::{self, Claim, LEASE, OutboxSignal, Selection};
use super::outcome::{self, Outcome};
use super::smtp::{SEND_TIMEOUT, Smtp, SmtpConfig};
use crate::clock::SharedClock;
use crate::metrics::Metrics;
use crate::random::SharedRandom;
use crate::start_error::StartError;
use crate::telemetry::Traces;

const _: () = assert!(
    SEND_TIMEOUT.as_millis() < LEASE.as_millis(),
    "otherwise a lease could end while its email is sent"
);

/// Composes claimed emails. Called just before they are sent, so that a code in one is never old on arrival.
pub type Compose = Arc<dyn Fn(Vec<Claim>) -> BoxFuture<'static, Result<Vec<ComposedEmail>, DbErr>> + Send + Sync>;

/// A claimed email and what it says.
pub struct ComposedEmail {
    /// The claim.
    pub claim: Claim,
    /// What it says.
    pub content: Content,
}

/// What an email says.
pub enum Content {
    /// The message to send.
    Message(Box<Message>),
    /// There is nothing to send any more: what it was about is gone.
    Nothing,
    /// It cannot be written; the reason.
    Impossible(String),
}

/// Sends the emails of the outbox.
#[derive(Clone)]
pub struct MailWorker {
    pub(super) db: DatabaseConnection,
    pub(super) clock: SharedClock,
    pub(super) signal: OutboxSignal,
    pub(super) domains: Domains,
    random: SharedRandom,
    metrics: Metrics,
    traces: Traces,
    smtp: Smtp,
    compose: Compose,
}

impl MailWorker {
    /// Prepares to send through a mail server. Does not connect yet.
    ///
    /// # Errors
    /// When the URL cannot be read.
    pub fn new(
        db: DatabaseConnection,
        clock: SharedClock,
        random: SharedRandom,
        signal: OutboxSignal,
        metrics: Metrics,
        smtp: &SmtpConfig,
        compose: Compose,
    ) -> Result<Self, StartError> {
        Ok(Self {
            smtp: Smtp::new(smtp)?,
            db,
            clock,
            domains: Domains::new(signal.clone()),
            signal,
            random,
            metrics,
            traces: Traces::default(),
            compose,
        })
    }

    /// The same, with spans for what it sends.
    #[must_use]
    pub fn traced(self, traces: Traces) -> Self {
        Self { traces, ..self }
    }

    /// Closes connections to the mail server that are no longer used. Never returns.
    pub async fn keep_closing_unused(self) {
        self.smtp.keep_closing_unused().await;
    }

    /// Sends one email that is due. Tells whether there was one.
    ///
    /// # Errors
    /// When the database fails. What was claimed is due again when its lease ends.
    pub async fn send_next(&self) -> Result<bool, DbErr> {
        let Some(claim) = self.claim().await? else {
            return Ok(false);
        };
        self.send_claimed(claim).await?;
        Ok(true)
    }

    /// Claims one email that is due, if there is one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim(&self) -> Result<Option<Claim>, DbErr> {
        let any = Selection {
            room: 1,
            per_domain: 1,
            ..Selection::default()
        };
        let now = self.clock.now();
        let mut claims = self.claim_some(now, 1, &any).await?;
        if claims.is_empty() && outbox::release_future(&self.db, now).await? {
            claims = self.claim_some(now, 1, &any).await?;
        }
        Ok(claims.pop())
    }

    pub(super) async fn claim_some(
        &self,
        now: Timestamp,
        limit: usize,
        selection: &Selection,
    ) -> Result<Vec<Claim>, DbErr> {
        outbox::claim(&self.db, &*self.random, now, limit, selection).await
    }

    /// Sends a claimed email, if the claim still holds.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn send_claimed(&self, claim: Claim) -> Result<(), DbErr> {
        let mut attempts = Vec::new();
        for composed in self.compose(vec![claim]).await? {
            attempts.push(self.send(composed, None, &CancellationToken::new()).await);
        }
        self.record(attempts).await
    }

    /// Composes the emails whose claims still hold, and restarts the leases that could end while they are sent.
    pub(super) async fn compose(&self, claims: Vec<Claim>) -> Result<Vec<ComposedEmail>, DbErr> {
        let now = self.clock.now();
        let (ending, mut held): (Vec<_>, Vec<_>) = claims
            .into_iter()
            .partition(|claim| claim.row.due_at < now + SEND_TIMEOUT);
        let renewed = outbox::renew(&self.db, &ending.iter().collect::<Vec<_>>(), now).await?;
        held.extend(ending.into_iter().filter(|claim| renewed.contains(&claim.row.id)));
        if held.is_empty() {
            return Ok(Vec::new());
        }
        (self.compose)(held).await
    }

    /// Sends an email and waits for the mail server's reply, unless `stop` is cancelled before the email has begun.
    pub(super) async fn send(
        &self,
        ComposedEmail { claim, content }: ComposedEmail,
        progress: Option<&InProgress>,
        stop: &CancellationToken,
    ) -> (Claim, Outcome) {
        let outcome = match content {
            Content::Message(message) => self.send_message(&claim, *message, progress, stop).await,
            Content::Nothing => Outcome::NothingToSend,
            Content::Impossible(reason) => Outcome::GiveUp(reason),
        };
        (claim, outcome)
    }

    async fn send_message(
        &self,
        claim: &Claim,
        message: Message,
        progress: Option<&InProgress>,
        stop: &CancellationToken,
    ) -> Outcome {
        let kind = || claim.row.kind.into_value();
        let parent = claim.row.traceparent.as_deref();
        let span = self.traces.begin_send(parent, || format!("email {}", kind()));
        let outcome = self.smtp.send(message, progress, stop).await;
        let attributes = || {
            let verification = claim.row.verification_id.map(|id| id.to_string());
            let mut attributes = vec![
                KeyValue::new("email.id", claim.row.id.to_string()),
                KeyValue::new("email.kind", kind()),
                KeyValue::new("email.attempts", i64::from(claim.row.attempts)),
            ];
            attributes.extend(verification.map(|id| KeyValue::new("verification.id", id)));
            attributes
        };
        span.end(attributes, outcome.problem());
        outcome
    }

    /// Records what became of attempts.
    pub(super) async fn record(&self, attempts: Vec<(Claim, Outcome)>) -> Result<(), DbErr> {
        if outcome::record(&self.db, self.clock.now(), &self.metrics, attempts).await? {
            // The loop may be waiting for something that is due later.
            self.signal.notify();
        }
        Ok(())
    }
}
