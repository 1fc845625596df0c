//! Noting what became of the mails that were sent, or not.

use std::time::Duration;

use sea_orm::DbErr;

use super::delivery::Delivery;
use super::outbox::{self, Claim};

/// After this a mail is given up: nobody waits for it any more.
const PATIENCE: Duration = Duration::from_mins(15);

/// What became of an attempt.
pub(super) enum Outcome {
    Sent,
    NothingToSend,
    TryAgain(String),
    GiveUp(String),
}

impl Delivery {
    /// Notes what became of mails: those that are over together, those that are to be tried again one by one.
    pub(super) async fn conclude(&self, mut attempts: Vec<(Claim, Outcome)>) -> Result<(), DbErr> {
        let db = &self.accounts.db;
        let now = self.accounts.clock.now();
        for (claim, outcome) in &mut attempts {
            let due = now + pause(claim.mail.attempts);
            if let Outcome::TryAgain(why) = outcome {
                if due > claim.mail.created_at + PATIENCE {
                    *outcome = Outcome::GiveUp(format!("not accepted in time: {why}"));
                } else {
                    outbox::postpone(db, claim, due).await?;
                    // Whoever has looked already waits for something later.
                    self.accounts.outbox.wake();
                }
            }
        }
        let over = attempts
            .iter()
            .filter(|(_, outcome)| !matches!(outcome, Outcome::TryAgain(_)));
        outbox::settle(db, &over.map(|(claim, _)| claim).collect::<Vec<_>>()).await?;
        // First the rows, then the log: whoever reads that a mail will be tried again can rely on it.
        for (claim, outcome) in &attempts {
            self.log(claim, outcome);
        }
        Ok(())
    }

    fn log(&self, claim: &Claim, outcome: &Outcome) {
        let mail = claim.mail.id;
        let attempts = claim.mail.attempts;
        match outcome {
            Outcome::Sent => {
                self.metrics.mails_sent.inc();
                tracing::info!(%mail, attempts, "mail sent");
            }
            Outcome::NothingToSend => {}
            Outcome::GiveUp(why) => {
                self.metrics.mails_given_up.inc();
                tracing::warn!(%mail, attempts, why, "mail given up");
            }
            Outcome::TryAgain(why) => {
                self.metrics.mails_retried.inc();
                tracing::warn!(%mail, attempts, why, "mail not sent, will be tried again");
            }
        }
    }
}

/// How long to wait after the given number of attempts: 1, 2, 4, … seconds, then 2 minutes.
fn pause(attempts: i32) -> Duration {
    let doublings = u32::try_from(attempts.clamp(1, 8) - 1).unwrap_or(0);
    Duration::from_secs((1 << doublings).min(120))
}
