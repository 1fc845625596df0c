//! Delivering what is owed.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::time::Duration;

use entity::{MailKind, Purpose, Timestamp, user};
use futures_util::FutureExt;
use lettre::{AsyncTransport, Message};
use sea_orm::{DbErr, EntityTrait};
use tokio_util::sync::CancellationToken;

use super::message::{self, Sender};
use super::outbox::{self, Claim};
use super::transport::Transport;
use crate::account::{Accounts, Drawn, EmailAddress};
use crate::metrics::Metrics;

/// How many mails are delivered at once, each on a connection of its own. lettre does not set `TCP_NODELAY`, so one
/// connection alone would wait for every acknowledgement of the network.
const WORKERS: u32 = 4;

/// How long one delivery may take. Less than the lease of a claim.
const DELIVERY: Duration = Duration::from_secs(20);

/// After this a mail is given up: nobody waits for it any more.
const PATIENCE: Duration = Duration::from_mins(15);

/// How long to leave a mail alone that another worker is just claiming.
const LOCKED: Duration = Duration::from_millis(50);

/// How often to look for mails that another server owed and did not deliver.
const LOOK: Duration = Duration::from_secs(5);

/// Delivers the mails that are owed.
#[derive(Clone)]
pub struct Delivery {
    accounts: Accounts,
    smtp: Transport,
    sender: Sender,
    metrics: Metrics,
}

/// What became of an attempt.
enum Outcome {
    Sent,
    NothingToSend,
    TryAgain(String),
    GiveUp(String),
}

impl Delivery {
    /// Prepares delivery through the server of `smtp_url`, in the form that lettre reads. No connection is made yet.
    ///
    /// # Errors
    /// When the URL or the sender cannot be read: the text says which.
    pub fn new(accounts: Accounts, smtp_url: &str, from: &str, metrics: Metrics) -> Result<Self, String> {
        Ok(Self {
            smtp: Transport::to(smtp_url, WORKERS)?,
            sender: Sender::parse(from)?,
            accounts,
            metrics,
        })
    }

    /// Delivers whatever is owed, as soon as it is. When told to stop, it finishes what it is delivering.
    pub async fn keep_delivering(self, stop: CancellationToken) {
        let workers = (0..WORKERS).map(|_| self.work(&stop));
        futures_util::future::join_all(workers).await;
    }

    async fn work(&self, stop: &CancellationToken) {
        let Accounts { clock, outbox, .. } = &self.accounts;
        while !stop.is_cancelled() {
            // No claim holds longer. A database that went without a word would hold this worker for a quarter of an hour.
            let turn = AssertUnwindSafe(tokio::time::timeout(outbox::LEASE, self.turn()));
            let until = match turn.catch_unwind().await {
                Ok(Ok(Ok(None))) => continue,
                Ok(Ok(Ok(Some(until)))) => until,
                Ok(Ok(Err(error))) => {
                    tracing::warn!(%error, "the outbox could not be read and will be tried again");
                    clock.now() + Duration::from_secs(1)
                }
                Ok(Err(_)) => {
                    tracing::warn!("the outbox did not answer in time and will be tried again");
                    clock.now() + Duration::from_secs(1)
                }
                Err(_) => {
                    tracing::error!("a delivery panicked; the mail is due again when its lease ends");
                    clock.now() + LOOK
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = outbox.woken() => {}
                () = clock.sleep_until(until) => {}
            }
        }
    }

    /// Delivers the next mail, if one is due; if none is, tells when to look again.
    async fn turn(&self) -> Result<Option<Timestamp>, DbErr> {
        // One instant for both: a mail that falls due between them would pass for one that another worker is claiming.
        let now = self.accounts.clock.now();
        if let Some(claim) = self.claim_at(now).await? {
            self.deliver(claim).await?;
            return Ok(None);
        }
        let due = outbox::next_due(&self.accounts.db).await?;
        // What is due already is being claimed by another worker.
        Ok(Some(
            due.map_or(now + LOOK, |due| due.min(now + LOOK).max(now + LOCKED)),
        ))
    }

    /// Delivers the mail that has been due for longest. Tells whether there was one.
    ///
    /// # Errors
    /// When the database fails. What was claimed is due again when its lease ends.
    pub async fn deliver_next(&self) -> Result<bool, DbErr> {
        let Some(claim) = self.claim().await? else {
            return Ok(false);
        };
        self.deliver(claim).await?;
        Ok(true)
    }

    /// Claims the mail that has been due for longest, if any is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim(&self) -> Result<Option<Claim>, DbErr> {
        self.claim_at(self.accounts.clock.now()).await
    }

    async fn claim_at(&self, now: Timestamp) -> Result<Option<Claim>, DbErr> {
        let Accounts { db, random, .. } = &self.accounts;
        outbox::claim(db, &**random, now).await
    }

    /// Delivers a mail that was claimed, if the claim still holds.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn deliver(&self, claim: Claim) -> Result<(), DbErr> {
        let outcome = self.attempt(&claim).await?;
        self.conclude(&claim, outcome).await
    }

    async fn attempt(&self, claim: &Claim) -> Result<Outcome, DbErr> {
        let user = user::Entity::find_by_id(claim.mail.user_id)
            .one(&self.accounts.db)
            .await?;
        let Some(user) = user else {
            return Ok(Outcome::NothingToSend);
        };
        let Ok(email) = EmailAddress::parse(&user.email.0) else {
            return Ok(Outcome::GiveUp("the stored address cannot be read".to_owned()));
        };
        let keys = &self.accounts.keys;
        let now = self.accounts.clock.now();
        let message = match claim.mail.kind {
            MailKind::ActivationCode => match self.accounts.draw(claim, &email, Purpose::Activation).await? {
                Drawn::Gone => return Ok(Outcome::NothingToSend),
                Drawn::Code(mailed) => message::activation_code(&self.sender, keys, &email, &mailed, now),
            },
            MailKind::AccountExists => message::account_exists(&self.sender, keys, &email, claim.mail.id, now),
        };
        match message {
            Ok(message) if outbox::renew(&self.accounts.db, claim, now).await? => Ok(self.send(message).await),
            Ok(_) => Ok(Outcome::NothingToSend),
            Err(error) => Ok(Outcome::GiveUp(error)),
        }
    }

    async fn send(&self, message: Message) -> Outcome {
        let smtp = self.smtp.current();
        let mut sending = pin!(smtp.send(message));
        let unfinished = self.smtp.renewed_unless_finished();
        let sent = tokio::time::timeout(DELIVERY, sending.as_mut()).await;
        if sent.is_ok() {
            unfinished.finish();
        }
        match sent {
            Ok(Ok(_)) => Outcome::Sent,
            Ok(Err(error)) => match error.status() {
                // The server's words may quote the address, so only its code is kept.
                Some(code) if error.is_permanent() => Outcome::GiveUp(format!("refused with {code}")),
                Some(code) => Outcome::TryAgain(format!("refused for now with {code}")),
                None => Outcome::TryAgain(describe(&error).to_owned()),
            },
            Err(_) => Outcome::TryAgain("no answer in time".to_owned()),
        }
    }

    async fn conclude(&self, claim: &Claim, outcome: Outcome) -> Result<(), DbErr> {
        let db = &self.accounts.db;
        let mail = claim.mail.id;
        let attempts = claim.mail.attempts;
        // First the row, then the log: whoever reads that a mail will be tried again can rely on it.
        match outcome {
            Outcome::Sent => {
                outbox::settle(db, claim).await?;
                self.metrics.mails_sent.inc();
                tracing::info!(%mail, attempts, "mail sent");
            }
            Outcome::NothingToSend => outbox::settle(db, claim).await?,
            Outcome::GiveUp(why) => {
                outbox::settle(db, claim).await?;
                self.metrics.mails_given_up.inc();
                tracing::warn!(%mail, attempts, why, "mail given up");
            }
            Outcome::TryAgain(why) => {
                let due = self.accounts.clock.now() + pause(attempts);
                if due > claim.mail.created_at + PATIENCE {
                    outbox::settle(db, claim).await?;
                    self.metrics.mails_given_up.inc();
                    tracing::warn!(%mail, attempts, why, "mail given up: not accepted in time");
                } else {
                    outbox::postpone(db, claim, due).await?;
                    self.metrics.mails_retried.inc();
                    tracing::warn!(%mail, attempts, why, "mail not sent, will be tried again");
                }
            }
        }
        Ok(())
    }
}

/// How long to wait after the given number of attempts: 1, 2, 4, … seconds, then 2 minutes.
fn pause(attempts: i32) -> Duration {
    let doublings = u32::try_from(attempts.clamp(1, 8) - 1).unwrap_or(0);
    Duration::from_secs((1 << doublings).min(120))
}

fn describe(error: &lettre::transport::smtp::Error) -> &'static str {
    if error.is_timeout() {
        "the mail server does not answer in time"
    } else if error.is_tls() {
        "no secure connection to the mail server"
    } else if error.is_client() {
        "the mail server does not offer what is needed"
    } else if error.is_response() {
        "the mail server's answer cannot be read"
    } else {
        "no connection to the mail server"
    }
}

/// The instant as lettre takes it.
pub(super) fn system_time(instant: Timestamp) -> std::time::SystemTime {
    std::time::UNIX_EPOCH + instant.since(Timestamp::from_millis(0))
}
