//! Webhooks: tells the operator's other programs what happened to a user, as the Standard Webhooks specification says.
//!
//! An event begins as rows of the outbox, one for each endpoint, written in the transaction of what it reports. A worker
//! for each endpoint claims rows with a lease and sends them, so a crash at any point loses nothing. This module knows
//! rows, leases and HTTP, and nothing about accounts.

mod endpoint;
mod event;
mod outbox;
mod sign;

use std::sync::Arc;

use entity::Timestamp;
use sea_orm::{ConnectionTrait, DbErr};
use tokio::sync::Notify;

pub use endpoint::{Endpoint, WebhookConfig};
pub use event::Event;
pub use sign::SigningKey;

use crate::random::{self, SharedRandom};

/// Owes events to the endpoints. Clones share the signals of the workers.
#[derive(Clone)]
pub struct Webhooks {
    /// The endpoints, each with the signal that wakes its worker.
    endpoints: Arc<[(Endpoint, Notify)]>,
    random: SharedRandom,
}

impl Webhooks {
    /// Starts nothing.
    #[must_use]
    pub fn new(config: &WebhookConfig, random: SharedRandom) -> Self {
        let endpoints = config.endpoints.iter().cloned();
        Self {
            endpoints: endpoints.map(|endpoint| (endpoint, Notify::new())).collect(),
            random,
        }
    }

    /// Owes an event to every endpoint, in the transaction of what it reports, after its locks on users and
    /// verifications and before those on sessions. [`Event::UserDeleted`] replaces all other events about the user. Call
    /// [`notify`](Self::notify) after the commit.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn enqueue(&self, transaction: &impl ConnectionTrait, now: Timestamp, event: Event) -> Result<(), DbErr> {
        if let Event::UserDeleted { id } = event {
            // Also without endpoints: there may be rows from before.
            outbox::delete_user(transaction, id).await?;
        }
        if self.endpoints.is_empty() {
            return Ok(());
        }
        let id = random::uuid(&*self.random, now);
        let endpoints = self.endpoints.iter().map(|(endpoint, _)| endpoint.id.clone());
        outbox::insert(transaction, endpoints, now, id, event.name(), event.into_user()).await
    }

    /// Wakes the workers of this process. Without it, they find the event within five seconds.
    pub fn notify(&self) {
        for (_, signal) in &*self.endpoints {
            signal.notify_one();
        }
    }
}
