//! The loop that sends the webhooks of one endpoint. So an endpoint that does not answer delays no other.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use entity::webhook_delivery::Model as WebhookDelivery;
use futures_util::FutureExt;
use hyper::StatusCode;
use opentelemetry::KeyValue;
use sea_orm::{DatabaseConnection, DbErr};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::endpoint::Handle;
use super::outbox::{self, Record};
use super::send::{Answer, Sender};
use super::{event, schedule};
use crate::clock::SharedClock;
use crate::database;
use crate::metrics::Metrics;
use crate::random::SharedRandom;
use crate::telemetry::Traces;

/// How many webhooks are sent to an endpoint at once.
const CONNECTIONS: usize = 4;

/// How often to look for deliveries that another replica enqueued and did not send.
const POLL_INTERVAL: Duration = Duration::from_secs(5);

/// How long to wait before checking a row that another worker has locked.
const LOCKED_ROW_PAUSE: Duration = Duration::from_millis(50);

/// The pause after the database failed.
const DATABASE_ERROR_PAUSE: Duration = Duration::from_secs(1);

/// Sends the webhooks of one endpoint.
#[derive(Clone)]
pub struct WebhookWorker {
    pub(super) db: DatabaseConnection,
    pub(super) clock: SharedClock,
    pub(super) random: SharedRandom,
    pub(super) metrics: Metrics,
    pub(super) traces: Traces,
    pub(super) sender: Sender,
    pub(super) handle: Arc<Handle>,
}

impl WebhookWorker {
    /// Sends what is pending. When told to stop, finishes what it is sending, and gives the other claims back.
    pub async fn run(self, stop: CancellationToken) {
        let connections = Arc::new(Semaphore::new(CONNECTIONS));
        while let Some(Ok(mut free)) = stop.run_until_cancelled(connections.clone().acquire_owned()).await {
            while let Ok(another) = connections.clone().try_acquire_owned() {
                free.merge(another);
            }
            let look_at = self.guarded_turn(free, &stop).await;
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.handle.signal.notified() => {}
                () = self.clock.sleep_until(look_at) => {}
            }
        }
        let all = u32::try_from(CONNECTIONS).unwrap_or(u32::MAX);
        let _ = connections.acquire_many(all).await;
    }

    /// A turn that ends, whatever happens in it. Tells when to look again.
    async fn guarded_turn(&self, free: OwnedSemaphorePermit, stop: &CancellationToken) -> Instant {
        let turn = tokio::time::timeout(outbox::LEASE, self.turn(free, stop));
        let pause = match AssertUnwindSafe(turn).catch_unwind().await {
            Ok(Ok(Ok(pause))) => pause,
            Ok(Ok(Err(error))) => {
                tracing::warn!(%error, "cannot read the webhooks, will retry");
                DATABASE_ERROR_PAUSE
            }
            Ok(Err(_)) => {
                tracing::warn!("timed out reading the webhooks, will retry");
                DATABASE_ERROR_PAUSE
            }
            Err(_) => {
                tracing::error!("the webhook worker panicked; its webhooks are due again when their leases end");
                POLL_INTERVAL
            }
        };
        self.clock.monotonic() + pause
    }

    /// Starts to send as many webhooks as there are free connections. Tells how long to wait.
    async fn turn(&self, mut free: OwnedSemaphorePermit, stop: &CancellationToken) -> Result<Duration, DbErr> {
        let now = self.clock.now();
        let endpoint = &self.handle.endpoint.id;
        let claims = outbox::claim(&self.db, &*self.random, now, endpoint, free.num_permits()).await?;
        if claims.is_empty() {
            if outbox::release_future(&self.db, now, endpoint).await? {
                return Ok(Duration::ZERO);
            }
            let next = outbox::next_due(&self.db, endpoint).await?;
            let pause = next.map_or(POLL_INTERVAL, |due| due.since(now).min(POLL_INTERVAL));
            return Ok(pause.max(LOCKED_ROW_PAUSE));
        }
        for claim in claims {
            let connection = free.split(1);
            let (worker, stop) = (self.clone(), stop.clone());
            tokio::spawn(async move {
                if let Err(error) = worker.deliver_unless(&stop, claim).await {
                    tracing::warn!(%error, "cannot record a webhook; it is due again when its lease ends");
                }
                drop(connection);
            });
        }
        Ok(Duration::ZERO)
    }

    /// Sends one webhook that is due. Tells whether there was one.
    ///
    /// # Errors
    /// When the database fails. What was claimed is due again when its lease ends.
    pub async fn deliver_next(&self) -> Result<bool, DbErr> {
        let Some(claim) = self.claim().await? else {
            return Ok(false);
        };
        self.deliver_claimed(claim).await?;
        Ok(true)
    }

    /// Claims one delivery that is due, if there is one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim(&self) -> Result<Option<WebhookDelivery>, DbErr> {
        let endpoint = &self.handle.endpoint.id;
        let claims = outbox::claim(&self.db, &*self.random, self.clock.now(), endpoint, 1).await?;
        Ok(claims.into_iter().next())
    }

    /// Sends a claimed webhook and records the outcome, if the claim still holds.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn deliver_claimed(&self, claim: WebhookDelivery) -> Result<(), DbErr> {
        self.deliver_unless(&CancellationToken::new(), claim).await
    }

    /// The same, but gives the claim back if `stop` is cancelled before the request is sent.
    async fn deliver_unless(&self, stop: &CancellationToken, claim: WebhookDelivery) -> Result<(), DbErr> {
        let sent = self.send(stop, &claim).await;
        database::within_timeout(self.record(&claim, sent)).await
    }

    async fn record(&self, claim: &WebhookDelivery, sent: Result<Option<Answer>, String>) -> Result<(), DbErr> {
        let (endpoint, now) = (&self.handle.endpoint, self.clock.now());
        match sent {
            Ok(None) => outbox::give_back(&self.db, claim, now).await,
            Ok(Some(answer)) if answer.status.is_success() => self.delivered(claim, answer.status).await,
            Ok(Some(answer)) if answer.status == StatusCode::GONE => {
                // The row first waits for the endpoint: it is not claimed while that is disabled.
                if outbox::disable(&self.db, endpoint, now).await? {
                    let host = endpoint.host();
                    tracing::warn!(
                        host,
                        "a webhook endpoint answered 410 and is disabled; `api webhooks enable` enables it"
                    );
                }
                let record = Record::due(now, "410: the endpoint is disabled");
                outbox::record(&self.db, claim, &record).await.map(drop)
            }
            Ok(Some(answer)) => {
                let asked = answer.retry_after.as_deref();
                let asked = asked.and_then(|text| schedule::parse_retry_after(text, now));
                self.failed(claim, &reason(&answer), asked).await
            }
            Err(reason) => self.failed(claim, &reason, None).await,
        }
    }

    /// Sends a webhook. What the receiver does belongs to the trace, too.
    async fn send(&self, stop: &CancellationToken, claim: &WebhookDelivery) -> Result<Option<Answer>, String> {
        let endpoint = &self.handle.endpoint;
        let parent = claim.traceparent.as_deref();
        let span = self.traces.begin_send(parent, || format!("webhook {}", claim.event));
        let (id, body) = (claim.id.to_string(), event::body(claim));
        let sent = self
            .sender
            .send_unless(stop, endpoint, &id, body, span.traceparent())
            .await;
        let problem = match &sent {
            Ok(None) => Some("the server stops".to_owned()),
            Ok(Some(answer)) if answer.status.is_success() => None,
            Ok(Some(answer)) => Some(reason(answer)),
            Err(reason) => Some(reason.clone()),
        };
        let attributes = || {
            let status = sent
                .as_ref()
                .ok()
                .and_then(Option::as_ref)
                .map(|answer| answer.status.as_u16());
            let mut attributes = vec![
                KeyValue::new("http.request.method", "POST"),
                KeyValue::new("server.address", endpoint.host().to_owned()),
                KeyValue::new("webhook.id", id.clone()),
                KeyValue::new("webhook.attempts", i64::from(claim.attempts)),
            ];
            attributes.extend(status.map(|status| KeyValue::new("http.response.status_code", i64::from(status))));
            attributes
        };
        span.end(attributes, problem.as_deref());
        sent
    }

    async fn delivered(&self, claim: &WebhookDelivery, status: StatusCode) -> Result<(), DbErr> {
        let record = Record::delivered(self.clock.now(), status.as_str());
        if outbox::record(&self.db, claim, &record).await? {
            self.metrics.webhooks_delivered.inc();
            let (host, attempts) = (self.handle.endpoint.host(), claim.attempts);
            tracing::info!(webhook = %claim.id, event = claim.event, host, attempts, "webhook delivered");
        }
        Ok(())
    }

    async fn failed(&self, claim: &WebhookDelivery, reason: &str, asked: Option<Duration>) -> Result<(), DbErr> {
        let (now, attempts) = (self.clock.now(), claim.attempts);
        let due = schedule::next_attempt(now, claim.enqueued_at, attempts, asked, &*self.random);
        let record = due.map_or_else(|| Record::given_up(reason), |due| Record::due(due, reason));
        if !outbox::record(&self.db, claim, &record).await? {
            return Ok(());
        }
        let host = self.handle.endpoint.host();
        if due.is_some() {
            self.metrics.webhooks_retried.inc();
            tracing::warn!(webhook = %claim.id, event = claim.event, host, attempts, reason, "webhook not delivered, will retry");
            // The loop may be waiting for something that is due later.
            self.handle.signal.notify_one();
        } else {
            self.metrics.webhooks_given_up.inc();
            tracing::warn!(webhook = %claim.id, event = claim.event, host, attempts, reason, "gave up on a webhook");
        }
        Ok(())
    }
}

fn reason(answer: &Answer) -> String {
    let status = answer.status.as_str();
    if answer.status.is_redirection() {
        format!("{status}: redirects are not followed")
    } else {
        status.to_owned()
    }
}
