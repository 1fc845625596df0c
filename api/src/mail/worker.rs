//! The loop that sends emails as soon as they are enqueued.
//!
//! ```text
//! claim as many as there are free connections ── compose ──┬── send ──┐
//!    ^                                                     ├── send ──┼── record together
//!    └── notified, or something is due                     └── send ──┘
//! ```
//!
//! While some emails are sent, the next are claimed; while outcomes are recorded, others are sent. So the longer the
//! backlog, the more emails share a statement.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use entity::Timestamp;
use futures_util::FutureExt;
use sea_orm::DbErr;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

use super::attempt::MailWorker;
use super::domains::CONNECTIONS;
use super::outbox::{self, Claim};
use super::outcome::Outcome;

/// How long to wait before checking a row that another worker has locked.
const LOCKED_ROW_PAUSE: Duration = Duration::from_millis(50);

/// How often to look for rows that another replica enqueued and did not send.
const POLL_INTERVAL: Duration = Duration::from_secs(5);

/// The longest that a due retry waits while other emails are sent.
const RECHECK_AFTER: Duration = Duration::from_secs(1);

/// How long to gather claims and deletions under a backlog, so that more emails share a statement. Short: connections
/// are free meanwhile.
const GATHER_FOR: Duration = Duration::from_millis(5);

/// The pause after the database failed.
const DATABASE_ERROR_PAUSE: Duration = Duration::from_secs(1);

/// When to look at the outbox next, unless notified before.
enum NextLook {
    /// There may be more.
    Now,
    /// All that was due is claimed. The next due time is not queried yet: another enqueue may come first.
    Soon,
    /// Nothing was due.
    At(Instant),
}

const HALF_OF_CONNECTIONS: u32 = 4;
const _: () = assert!(HALF_OF_CONNECTIONS as usize * 2 == CONNECTIONS);

type Attempts = mpsc::Sender<(Claim, Outcome)>;

impl MailWorker {
    /// Sends whatever is in the outbox. When told to stop, finishes what it is sending, and gives the other
    /// claims back.
    pub async fn run(self, stop: CancellationToken) {
        let (attempts, attempted) = mpsc::channel(CONNECTIONS);
        // In a task of its own, which records what is being sent even if this one panics.
        let recorder = tokio::spawn(self.clone().keep_recording(attempted));
        self.keep_sending(attempts, &stop).await;
        let _ = recorder.await;
    }

    async fn keep_sending(&self, attempts: Attempts, stop: &CancellationToken) {
        let connections = Arc::new(Semaphore::new(CONNECTIONS));
        let mut look_at = self.clock.monotonic();
        let mut has_backlog = false;
        while let Some(Ok(mut free)) = stop.run_until_cancelled(connections.clone().acquire_owned()).await {
            if has_backlog {
                let half = connections.clone().acquire_many_owned(HALF_OF_CONNECTIONS);
                if let Ok(Ok(others)) = tokio::time::timeout(GATHER_FOR, half).await {
                    free.merge(others);
                }
            }
            while let Ok(another) = connections.clone().try_acquire_owned() {
                free.merge(another);
            }
            let next = self.guarded_turn(free, &attempts, stop).await;
            has_backlog = matches!(next, NextLook::Now);
            match next {
                NextLook::Now => continue,
                NextLook::Soon => look_at = look_at.min(self.clock.monotonic() + RECHECK_AFTER),
                NextLook::At(instant) => look_at = instant,
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.signal.notified() => {}
                () = self.clock.sleep_until(look_at) => {}
            }
        }
    }

    /// A turn that ends, whatever happens in it.
    async fn guarded_turn(
        &self,
        free: OwnedSemaphorePermit,
        attempts: &Attempts,
        stop: &CancellationToken,
    ) -> NextLook {
        // A database that stops answering would block the loop for a quarter of an hour. After the lease the claims are
        // void anyway.
        let turn = tokio::time::timeout(outbox::LEASE, self.turn(free, attempts, stop));
        match AssertUnwindSafe(turn).catch_unwind().await {
            Ok(Ok(Ok(next))) => next,
            Ok(Ok(Err(error))) => {
                tracing::warn!(%error, "cannot read the outbox, will retry");
                NextLook::At(self.clock.monotonic() + DATABASE_ERROR_PAUSE)
            }
            Ok(Err(_)) => {
                tracing::warn!("timed out reading the outbox, will retry");
                NextLook::At(self.clock.monotonic() + DATABASE_ERROR_PAUSE)
            }
            Err(_) => {
                tracing::error!("the mail worker panicked; its emails are due again when their leases end");
                NextLook::At(self.clock.monotonic() + POLL_INTERVAL)
            }
        }
    }

    /// Starts to send as many emails as there are free connections.
    async fn turn(
        &self,
        mut free: OwnedSemaphorePermit,
        attempts: &Attempts,
        stop: &CancellationToken,
    ) -> Result<NextLook, DbErr> {
        // One instant for the claim and for what follows: an email that falls due between two instants would look as if
        // another worker were claiming it.
        let (now, started) = (self.clock.now(), self.clock.monotonic());
        let selections = self.domains.selections(tokio::time::Instant::now());
        for selection in &selections {
            let claims = self.claim_some(now, free.num_permits(), selection).await?;
            if claims.is_empty() {
                continue;
            }
            if stop.is_cancelled() {
                // Before their codes are drawn.
                outbox::give_back(&self.db, &claims.iter().collect::<Vec<_>>(), now).await?;
                return Ok(NextLook::Soon);
            }
            let has_more = claims.len() == free.num_permits() || selection.may_have_left_out(&claims);
            self.start(claims, &mut free, attempts, stop).await?;
            return Ok(if has_more || selections.len() > 1 {
                NextLook::Now
            } else {
                NextLook::Soon
            });
        }
        if outbox::release_future(&self.db, now).await? {
            return Ok(NextLook::Now);
        }
        Ok(NextLook::At(started + self.pause(now).await?))
    }

    /// How long to wait if there was nothing to claim.
    async fn pause(&self, now: Timestamp) -> Result<Duration, DbErr> {
        let mut pause = POLL_INTERVAL;
        for selection in self.domains.selections(tokio::time::Instant::now()) {
            if let Some(due) = outbox::next_due(&self.db, &selection).await? {
                pause = pause.min(due.since(now));
            }
        }
        Ok(pause.max(LOCKED_ROW_PAUSE))
    }

    /// Composes claimed emails and starts to send them, each on its own connection.
    async fn start(
        &self,
        claims: Vec<Claim>,
        free: &mut OwnedSemaphorePermit,
        attempts: &Attempts,
        stop: &CancellationToken,
    ) -> Result<(), DbErr> {
        let begin = |claim: &Claim| (claim.row.id, self.domains.begin(&claim.row.domain));
        let mut in_progress: HashMap<_, _> = claims.iter().map(begin).collect();
        for composed in self.compose(claims).await? {
            let connection = free.split(1);
            let progress = in_progress.remove(&composed.claim.row.id);
            let (worker, attempts, stop) = (self.clone(), attempts.clone(), stop.clone());
            tokio::spawn(async move {
                let attempt = worker.send(composed, progress.as_ref(), &stop).await;
                drop((progress, connection));
                let _ = attempts.send(attempt).await;
            });
        }
        Ok(())
    }

    /// Records outcomes until nothing sends any more.
    async fn keep_recording(self, mut attempted: mpsc::Receiver<(Claim, Outcome)>) {
        let limit = 2 * CONNECTIONS;
        loop {
            let mut attempts = Vec::with_capacity(limit);
            if attempted.recv_many(&mut attempts, limit).await == 0 {
                return;
            }
            // Nobody waits for the deletions.
            let more = async {
                while attempts.len() < limit {
                    let room = limit - attempts.len();
                    if attempted.recv_many(&mut attempts, room).await == 0 {
                        return;
                    }
                }
            };
            let _ = tokio::time::timeout(GATHER_FOR, more).await;
            let recording = tokio::time::timeout(outbox::LEASE, self.record(attempts));
            let problem = match AssertUnwindSafe(recording).catch_unwind().await {
                Ok(Ok(Ok(()))) => continue,
                Ok(Ok(Err(error))) => error.to_string(),
                Ok(Err(_)) => "timed out".to_owned(),
                Err(_) => "panicked".to_owned(),
            };
            tracing::warn!(
                problem,
                "cannot record sent emails; they are due again when their leases end"
            );
        }
    }
}
