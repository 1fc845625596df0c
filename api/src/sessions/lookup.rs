//! Looks up the sessions of many requests with one statement.
//!
//! `me` is the most frequent request, and the round trip to the database is nearly all that it costs. Lookups that
//! arrive while a statement is running therefore gather and share the next one. A lookup that arrives alone waits for
//! nothing.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use entity::{HiddenBytes, HiddenText, Timestamp, session, user};
use futures_util::FutureExt;
use sea_orm::prelude::Uuid;
use sea_orm::{
    DatabaseConnection, DbErr, EntityTrait, FromQueryResult, JoinType, QueryFilter, QuerySelect, RelationTrait,
};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use crate::clock::SharedClock;
use crate::policy::Policy;
use crate::telemetry::record_statement;
use crate::{database, sql};

/// The most lookups in one statement.
const BATCH: usize = 64;

/// Digests in a statement: few lengths, so few statements to prepare, and none for which PostgreSQL makes a new plan
/// each time (`sql::is_one_of`). The last digest is repeated to fill it, which costs nearly nothing.
const LENGTHS: [usize; 4] = [1, 16, 32, BATCH];

/// How many lookups may wait in the queue. Others wait for a place in it.
const QUEUE: usize = 1_024;

/// How long a lookup may take, waiting included: as long as a request waits for a connection.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(5);

/// Where sessions are looked up. Clones share it. It ends when the last clone is dropped.
#[derive(Clone)]
pub struct SessionLookup(mpsc::Sender<Lookup>);

struct Lookup {
    digest: HiddenBytes,
    answer: oneshot::Sender<Result<Option<FoundSession>, DbErr>>,
}

/// A live session and what `me` needs of its user.
#[derive(Debug, Clone, FromQueryResult)]
pub struct FoundSession {
    token_digest: HiddenBytes,
    pub(crate) id: Uuid,
    pub(crate) last_used_at: Timestamp,
    expires_at: Timestamp,
    pub(crate) user_id: Uuid,
    pub(crate) email: HiddenText,
    pub(crate) locale: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) activated_at: Timestamp,
    disabled_at: Option<Timestamp>,
}

impl SessionLookup {
    /// Starts the lookup on the current runtime.
    #[must_use]
    pub fn start(db: DatabaseConnection, clock: SharedClock, policy: Policy) -> Self {
        let (sender, queue) = mpsc::channel(QUEUE);
        tokio::spawn(work(queue, Reader { db, clock, policy }));
        Self(sender)
    }

    /// The session with a digest, if it is live and its user is enabled.
    pub(crate) async fn find(&self, digest: HiddenBytes) -> Result<Option<FoundSession>, DbErr> {
        let (answer, found) = oneshot::channel();
        let asked = Instant::now();
        let lookup = async {
            let _ = self.0.send(Lookup { digest, answer }).await;
            found.await
        };
        let found = tokio::time::timeout(LOOKUP_TIMEOUT, lookup).await;
        // The statement runs in another task, which it shares with the lookups of other requests.
        record_statement("SELECT", asked.elapsed(), !matches!(found, Ok(Ok(Ok(_)))));
        match found {
            Ok(Ok(found)) => found,
            Ok(Err(_)) => Err(DbErr::Custom("a session lookup was not answered".to_owned())),
            Err(_) => Err(database::timed_out()),
        }
    }
}

/// Runs one statement after the other: with several at once, fewer lookups would share one. A panic fails the lookups
/// of its statement and no later ones, without a pause. So no supervisor starts this again.
async fn work(mut queue: mpsc::Receiver<Lookup>, reader: Reader) {
    let mut lookups = Vec::with_capacity(BATCH);
    while let Some(first) = queue.recv().await {
        lookups.push(first);
        // Lets requests that arrived at the same time join the batch.
        tokio::task::yield_now().await;
        while lookups.len() < BATCH
            && let Ok(another) = queue.try_recv()
        {
            lookups.push(another);
        }
        if AssertUnwindSafe(reader.answer(&mut lookups))
            .catch_unwind()
            .await
            .is_err()
        {
            tracing::error!("a session lookup panicked");
            lookups.clear();
        }
    }
}

struct Reader {
    db: DatabaseConnection,
    clock: SharedClock,
    policy: Policy,
}

impl Reader {
    /// Answers all lookups and empties the list.
    async fn answer(&self, lookups: &mut Vec<Lookup>) {
        lookups.retain(|lookup| !lookup.answer.is_closed());
        let digests: Vec<_> = lookups.iter().map(|lookup| lookup.digest.clone()).collect();
        let found = tokio::time::timeout(LOOKUP_TIMEOUT, self.find_live(digests)).await;
        let found = found.unwrap_or_else(|_| Err(database::timed_out()));
        for Lookup { digest, answer } in lookups.drain(..) {
            let found = found.as_ref().map(|found| found.get(&digest).cloned());
            let _ = answer.send(found.map_err(Clone::clone));
        }
    }

    /// The live sessions with these digests, by digest.
    async fn find_live(&self, mut digests: Vec<HiddenBytes>) -> Result<HashMap<HiddenBytes, FoundSession>, DbErr> {
        let Some(last) = digests.last().cloned() else {
            return Ok(HashMap::new());
        };
        let length = LENGTHS.into_iter().find(|length| *length >= digests.len());
        digests.resize(length.unwrap_or(BATCH), last);
        // One instant for both ends of every session.
        let now = self.clock.now();
        let rows = session::Entity::find()
            .select_only()
            .columns([
                session::Column::TokenDigest,
                session::Column::Id,
                session::Column::LastUsedAt,
                session::Column::ExpiresAt,
                session::Column::UserId,
            ])
            .columns([
                user::Column::Email,
                user::Column::Locale,
                user::Column::CreatedAt,
                user::Column::ActivatedAt,
                user::Column::DisabledAt,
            ])
            .join(JoinType::InnerJoin, session::Relation::User.def())
            .filter(sql::is_one_of(&self.db, session::Column::TokenDigest, digests))
            .into_model::<FoundSession>()
            .all(&self.db)
            .await?;
        let live = rows.into_iter().filter(|found| self.is_live(found, now));
        Ok(live.map(|found| (found.token_digest.clone(), found)).collect())
    }

    fn is_live(&self, found: &FoundSession, now: Timestamp) -> bool {
        found.expires_at > now && found.last_used_at > self.policy.idle_since(now) && found.disabled_at.is_none()
    }
}
