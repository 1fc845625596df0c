//! The outcome of an attempt to send an email, and what to do next.

use std::time::Duration;

use entity::Timestamp;
use sea_orm::{ActiveEnum, ConnectionTrait, DbErr};

use super::outbox::{self, Claim};
use crate::metrics::{EmailLabels, GIVEN_UP, Metrics, RETRIED, SENT};

/// After this time in the outbox an email is given up: nobody waits for it any more.
const GIVE_UP_AFTER: Duration = Duration::from_mins(15);

/// An email is given up only after this many attempts, which take eight minutes with their pauses: a clock that jumps
/// ahead must not end the attempts of an email that is new.
const MIN_ATTEMPTS: i32 = 11;

/// The outcome of an attempt.
pub(super) enum Outcome {
    Sent,
    NothingToSend,
    /// The server stops, so another server sends it.
    NotBegun,
    TryAgain(String),
    /// The mail server cannot be reached, or does not serve this client. The email is tried again.
    ConnectionFailed(String),
    GiveUp(String),
}

impl Outcome {
    /// Why the email was not sent.
    pub(super) fn problem(&self) -> Option<&str> {
        match self {
            Self::Sent | Self::NothingToSend => None,
            Self::NotBegun => Some("the server stops"),
            Self::TryAgain(reason) | Self::ConnectionFailed(reason) | Self::GiveUp(reason) => Some(reason),
        }
    }

    /// Whether there is nothing left to do.
    fn is_final(&self) -> bool {
        !matches!(self, Self::NotBegun | Self::TryAgain(_) | Self::ConnectionFailed(_))
    }
}

/// Records the outcomes: deletes the rows that are finished with one statement, postpones the others one by one. Tells
/// whether any was postponed.
pub(super) async fn record(
    db: &impl ConnectionTrait,
    now: Timestamp,
    metrics: &Metrics,
    mut attempts: Vec<(Claim, Outcome)>,
) -> Result<bool, DbErr> {
    for (claim, outcome) in &mut attempts {
        if let Outcome::TryAgain(reason) | Outcome::ConnectionFailed(reason) = outcome
            && now + pause(claim.row.attempts) > claim.row.created_at + GIVE_UP_AFTER
            && claim.row.attempts >= MIN_ATTEMPTS
        {
            *outcome = Outcome::GiveUp(format!("not accepted in time: {reason}"));
        }
    }
    let claims_with = |filter: fn(&Outcome) -> bool| {
        let chosen = attempts.iter().filter(move |(_, outcome)| filter(outcome));
        chosen.map(|(claim, _)| claim).collect::<Vec<_>>()
    };
    // First, because what was sent would be sent again.
    outbox::finish(db, &claims_with(Outcome::is_final)).await?;
    outbox::give_back(db, &claims_with(|outcome| matches!(outcome, Outcome::NotBegun)), now).await?;
    let postponed = claims_with(|outcome| matches!(outcome, Outcome::TryAgain(_) | Outcome::ConnectionFailed(_)));
    for claim in &postponed {
        outbox::postpone(db, claim, now + pause(claim.row.attempts)).await?;
    }
    let has_postponed = !postponed.is_empty();
    // The log comes after the rows, so that a reader can rely on it.
    for (claim, outcome) in &attempts {
        log(metrics, claim, outcome);
    }
    Ok(has_postponed)
}

fn log(metrics: &Metrics, claim: &Claim, outcome: &Outcome) {
    let kind = claim.row.kind.into_value();
    let (mail, attempts) = (claim.row.id, claim.row.attempts);
    let verification = claim.row.verification_id.map(tracing::field::display);
    let count = |outcome| {
        let kind = kind.clone();
        metrics.emails.get_or_create(&EmailLabels { kind, outcome }).inc();
    };
    match outcome {
        Outcome::Sent => {
            count(SENT);
            tracing::info!(%mail, kind, verification, attempts, "email sent");
        }
        Outcome::NothingToSend | Outcome::NotBegun => {}
        Outcome::GiveUp(reason) => {
            count(GIVEN_UP);
            tracing::warn!(%mail, kind, verification, attempts, reason, "gave up on an email");
        }
        Outcome::TryAgain(reason) => {
            count(RETRIED);
            tracing::warn!(%mail, kind, verification, attempts, reason, "email not sent, will retry");
        }
        Outcome::ConnectionFailed(reason) => {
            count(RETRIED);
            tracing::warn!(%mail, kind, verification, attempts, reason, "cannot use the mail server, will retry; check SMTP_URL");
        }
    }
}

/// The pause after a number of attempts: 1, 2, 4, … seconds, then 2 minutes.
fn pause(attempts: i32) -> Duration {
    let doublings = u32::try_from(attempts.clamp(1, 8) - 1).unwrap_or(0);
    Duration::from_secs(1 << doublings).min(outbox::MAX_PAUSE)
}

#[cfg(test)]
mod tests {
    use entity::{EmailKind, HiddenText, email_outbox};
    use sea_orm::prelude::Uuid;
    use sea_orm::{EntityTrait, IntoActiveModel};

    use super::*;
    use crate::database;

    fn claim(id: u128) -> Claim {
        let lease = Uuid::from_u128(7);
        let row = email_outbox::Model {
            id: Uuid::from_u128(id),
            kind: EmailKind::PasswordChanged,
            recipient: HiddenText("ada@example.com".to_owned()),
            domain: "example.com".to_owned(),
            verification_id: None,
            locale: None,
            created_at: Timestamp::from_millis(0),
            due_at: Timestamp::from_millis(0),
            attempts: 1,
            lease: Some(lease),
            traceparent: None,
        };
        Claim { row, lease }
    }

    #[tokio::test]
    async fn sent_email_is_deleted_even_if_another_cannot_be_postponed() {
        let db = database::connect("sqlite::memory:").await.expect("a database");
        database::migrate(&db).await.expect("an empty database");
        let [waiting, sent] = [1, 2].map(claim);
        let rows = [&waiting, &sent].map(|claim| claim.row.clone().into_active_model());
        email_outbox::Entity::insert_many(rows)
            .exec(&db)
            .await
            .expect("the rows are new");
        let refuse = "CREATE TRIGGER refuse BEFORE UPDATE ON email_outbox BEGIN SELECT RAISE(ABORT, 'refused'); END";
        db.execute_unprepared(refuse).await.expect("a trigger");
        let attempts = vec![(waiting, Outcome::TryAgain("later".to_owned())), (sent, Outcome::Sent)];
        let recorded = record(&db, Timestamp::from_millis(0), &Metrics::new(), attempts).await;
        assert!(recorded.is_err());
        let left = email_outbox::Entity::find()
            .all(&db)
            .await
            .expect("the database answers");
        assert_eq!(left.iter().map(|row| row.id).collect::<Vec<_>>(), [Uuid::from_u128(1)]);
    }
}
