//! Webhooks: tells the operator's other programs what happened to a user, as the Standard Webhooks specification says.
//!
//! An event begins as rows of the outbox, one for each endpoint, written in the transaction of what it reports. A
//! worker for each endpoint claims rows with a lease and sends them, so a crash at any point loses nothing. This module
//! knows rows, leases and HTTP, and nothing about accounts.

mod endpoint;
mod event;
mod outbox;
pub(crate) mod replay;
mod schedule;
mod send;
#[cfg(test)]
mod send_tests;
mod sign;
pub(crate) mod status;
mod sweep;
mod target;
mod worker;

use std::sync::Arc;

use entity::Timestamp;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};
use tokio::sync::Notify;

pub use endpoint::{Endpoint, WebhookConfig};
pub(crate) use event::test_body;
pub use event::{Event, EventKind};
pub(crate) use outbox::{enable, give_all_up};
pub(crate) use send::Sender;
pub use sign::SigningKey;
pub(crate) use sweep::sweep;
pub use target::{Resolver, has_private_address, parse_url};
pub use worker::WebhookWorker;

use self::endpoint::Handle;
use crate::clock::SharedClock;
use crate::metrics::Metrics;
use crate::random::{self, SharedRandom};
use crate::telemetry::Traces;

/// Enqueues events for the endpoints. Clones share the signals of the workers.
#[derive(Clone)]
pub struct Webhooks {
    handles: Arc<[Arc<Handle>]>,
    sender: Sender,
    clock: SharedClock,
    random: SharedRandom,
    traces: Traces,
}

impl Webhooks {
    /// Starts nothing.
    #[must_use]
    pub fn new(config: &WebhookConfig, clock: SharedClock, random: SharedRandom) -> Self {
        let handle = |endpoint| {
            Arc::new(Handle {
                endpoint,
                signal: Notify::new(),
            })
        };
        Self {
            handles: config.endpoints.iter().cloned().map(handle).collect(),
            sender: Sender::new(config, clock.clone()),
            clock,
            random,
            traces: Traces::default(),
        }
    }

    /// The same, with spans for what is sent.
    #[must_use]
    pub fn traced(self, traces: Traces) -> Self {
        Self { traces, ..self }
    }

    /// A worker for each endpoint; none if there is no endpoint.
    #[must_use]
    pub fn workers(&self, db: &DatabaseConnection, metrics: &Metrics) -> Vec<WebhookWorker> {
        let worker = |handle: &Arc<Handle>| WebhookWorker {
            db: db.clone(),
            clock: self.clock.clone(),
            random: self.random.clone(),
            metrics: metrics.clone(),
            traces: self.traces.clone(),
            sender: self.sender.clone(),
            handle: handle.clone(),
        };
        self.handles.iter().map(worker).collect()
    }

    /// Enqueues an event for every endpoint, in the transaction of what it reports, after its locks on users and
    /// verifications and before those on sessions. [`EventKind::UserDeleted`] replaces all other events about the user.
    /// Call [`notify`](Self::notify) after the commit.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn enqueue(&self, transaction: &impl ConnectionTrait, now: Timestamp, event: Event) -> Result<(), DbErr> {
        if event.kind == EventKind::UserDeleted {
            // Also without endpoints: there may be rows from before.
            outbox::delete_user(transaction, event.user).await?;
        }
        if self.handles.is_empty() {
            return Ok(());
        }
        let id = random::uuid(&*self.random, now);
        let endpoints = self.handles.iter().map(|handle| handle.endpoint.id.clone());
        outbox::insert(transaction, endpoints, now, id, &event).await
    }

    /// Wakes the workers of this process. Without it, they find the event within five seconds.
    pub fn notify(&self) {
        for handle in &*self.handles {
            handle.signal.notify_one();
        }
    }
}
