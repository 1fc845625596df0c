//! The loop that delivers whatever is owed, as soon as it is.
//!
//! ```text
//! claim as many as there are connections ── draw ──┬── send ──┐
//!    ^                                             ├── send ──┼── conclude together
//!    └── woken, or something is due                └── send ──┘
//! ```
//!
//! While a few are being sent, the next ones are claimed; while the database notes what was sent, others are sent. So the
//! more there is to do, the more shares a statement.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use entity::Timestamp;
use futures_util::FutureExt;
use sea_orm::DbErr;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

use super::conclusion::Outcome;
use super::delivery::{CONNECTIONS, Delivery};
use super::outbox::{self, Claim};

/// How long to leave a mail alone that another worker is just claiming.
const LOCKED: Duration = Duration::from_millis(50);

/// How often to look for mails that another server owed and did not deliver.
const LOOK: Duration = Duration::from_secs(5);

/// How long what is to be tried again may be overlooked while there is something else to deliver.
const SOON: Duration = Duration::from_secs(1);

/// How long to leave the database alone after it failed.
const FAILED: Duration = Duration::from_secs(1);

/// When to look into the outbox next, unless woken before.
enum Next {
    /// There may be more.
    AtOnce,
    /// All that is due was found. When the next is due was not asked, since another registration may be here before.
    Soon,
    /// Nothing was found.
    At(Timestamp),
}

type Concluding = mpsc::Sender<(Claim, Outcome)>;

impl Delivery {
    /// Delivers whatever is owed. When told to stop, it finishes what it is delivering.
    pub async fn keep_delivering(self, stop: CancellationToken) {
        let (concluding, sent) = mpsc::channel(CONNECTIONS as usize);
        let concluder = self.clone().keep_concluding(sent);
        let dispatcher = async move {
            self.keep_dispatching(concluding, &stop).await;
        };
        tokio::join!(dispatcher, concluder);
    }

    async fn keep_dispatching(&self, concluding: Concluding, stop: &CancellationToken) {
        let connections = Arc::new(Semaphore::new(CONNECTIONS as usize));
        let mut look_at = self.accounts.clock.now();
        while let Some(Ok(mut free)) = stop.run_until_cancelled(connections.clone().acquire_owned()).await {
            while let Ok(another) = connections.clone().try_acquire_owned() {
                free.merge(another);
            }
            match self.guarded_turn(free, &concluding).await {
                Next::AtOnce => continue,
                Next::Soon => look_at = look_at.min(self.accounts.clock.now() + SOON),
                Next::At(instant) => look_at = instant,
            }
            let accounts = &self.accounts;
            tokio::select! {
                () = stop.cancelled() => {}
                () = accounts.outbox.woken() => {}
                () = accounts.clock.sleep_until(look_at) => {}
            }
        }
    }

    /// A turn that ends, whatever happens in it.
    async fn guarded_turn(&self, free: OwnedSemaphorePermit, concluding: &Concluding) -> Next {
        let clock = &self.accounts.clock;
        // No claim holds longer. A database that went without a word would hold this loop for a quarter of an hour.
        let turn = tokio::time::timeout(outbox::LEASE, self.turn(free, concluding));
        match AssertUnwindSafe(turn).catch_unwind().await {
            Ok(Ok(Ok(next))) => next,
            Ok(Ok(Err(error))) => {
                tracing::warn!(%error, "the outbox could not be read and will be tried again");
                Next::At(clock.now() + FAILED)
            }
            Ok(Err(_)) => {
                tracing::warn!("the outbox did not answer in time and will be tried again");
                Next::At(clock.now() + FAILED)
            }
            Err(_) => {
                tracing::error!("a delivery panicked; its mails are due again when their leases end");
                Next::At(clock.now() + LOOK)
            }
        }
    }

    /// Begins to send as many mails as there are free connections.
    async fn turn(&self, mut free: OwnedSemaphorePermit, concluding: &Concluding) -> Result<Next, DbErr> {
        // One instant for both: a mail that falls due between them would pass for one that another worker is claiming.
        let now = self.accounts.clock.now();
        let claims = self.claim_at(now, free.num_permits()).await?;
        if claims.is_empty() {
            let due = outbox::next_due(&self.accounts.db).await?;
            // What is due already is being claimed by another worker.
            let look_at = due.map_or(now + LOOK, |due| due.min(now + LOOK).max(now + LOCKED));
            return Ok(Next::At(look_at));
        }
        let drained = claims.len() < free.num_permits();
        for prepared in self.prepare(claims).await? {
            let connection = free.split(1);
            let (delivery, concluding) = (self.clone(), concluding.clone());
            tokio::spawn(async move {
                let outcome = delivery.send(&prepared).await;
                drop(connection);
                let _ = concluding.send((prepared.claim, outcome)).await;
            });
        }
        Ok(if drained { Next::Soon } else { Next::AtOnce })
    }

    /// Notes what became of the mails, until nobody sends any more.
    async fn keep_concluding(self, mut sent: mpsc::Receiver<(Claim, Outcome)>) {
        let most = 2 * CONNECTIONS as usize;
        loop {
            let mut attempts = Vec::with_capacity(most);
            if sent.recv_many(&mut attempts, most).await == 0 {
                return;
            }
            let concluding = tokio::time::timeout(outbox::LEASE, self.conclude(attempts));
            let problem = match AssertUnwindSafe(concluding).catch_unwind().await {
                Ok(Ok(Ok(()))) => continue,
                Ok(Ok(Err(error))) => error.to_string(),
                Ok(Err(_)) => "no answer in time".to_owned(),
                Err(_) => "a panic".to_owned(),
            };
            tracing::warn!(
                problem,
                "what became of mails could not be noted; they are due again when their leases end"
            );
        }
    }
}
