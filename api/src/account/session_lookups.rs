//! Looking up the sessions of many requests with one statement.
//!
//! `me` is asked more often than all else, and the way to the database and back is nearly all that it costs. Lookups that
//! come while a statement is under way therefore gather, and share the next one. One that comes alone waits for nobody.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use entity::{HiddenBytes, HiddenText, Timestamp, session, user};
use futures_util::FutureExt;
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{
    ColumnTrait, ConnAcquireErr, DatabaseConnection, DbErr, EntityTrait, FromQueryResult, JoinType, QueryFilter,
    QuerySelect, RelationTrait,
};
use tokio::sync::{mpsc, oneshot};

use super::{Policy, Status, User};
use crate::clock::SharedClock;

/// How many lookups share a statement at most.
const SHARING: usize = 64;

/// How many digests a statement has. It is filled up with the last one: to look the same up again costs nearly nothing.
const LENGTHS: [usize; 4] = [1, 4, 16, SHARING];

/// How many lookups may wait. Those beyond wait for a place.
const QUEUE: usize = 1_024;

/// How long a lookup may take, waiting included: as long as a request waits for a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where sessions are looked up. Clones share it, and the last one that is dropped ends it.
#[derive(Clone)]
pub struct SessionLookups(mpsc::Sender<Lookup>);

struct Lookup {
    digest: HiddenBytes,
    answer: oneshot::Sender<Result<Option<Found>, DbErr>>,
}

/// A live session, and whose it is.
#[derive(Clone)]
pub(super) struct Found {
    pub session: Uuid,
    pub last_used_at: Timestamp,
    pub user: User,
}

impl SessionLookups {
    /// Begins to look up, on the runtime that this is called on.
    #[must_use]
    pub fn start(db: DatabaseConnection, clock: SharedClock, policy: Policy) -> Self {
        let (sender, queue) = mpsc::channel(QUEUE);
        tokio::spawn(work(queue, Reader { db, clock, policy }));
        Self(sender)
    }

    /// The session with a digest, if it is live and its user is active.
    pub(super) async fn find(&self, digest: HiddenBytes) -> Result<Option<Found>, DbErr> {
        let (answer, found) = oneshot::channel();
        let lookup = async {
            let _ = self.0.send(Lookup { digest, answer }).await;
            found.await
        };
        match tokio::time::timeout(PATIENCE, lookup).await {
            Ok(Ok(found)) => found,
            Ok(Err(_)) => Err(DbErr::Custom("the lookup of a session was not answered".to_owned())),
            Err(_) => Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)),
        }
    }
}

/// One statement after the other: with several at once, fewer lookups would share one.
async fn work(mut queue: mpsc::Receiver<Lookup>, reader: Reader) {
    let mut lookups = Vec::with_capacity(SHARING);
    while let Some(first) = queue.recv().await {
        lookups.push(first);
        // Requests that have arrived at the same time get to their lookups before the statement is sent.
        tokio::task::yield_now().await;
        while lookups.len() < SHARING
            && let Ok(another) = queue.try_recv()
        {
            lookups.push(another);
        }
        // What is broken for one statement must not be broken for all that follow.
        if AssertUnwindSafe(reader.answer(&mut lookups))
            .catch_unwind()
            .await
            .is_err()
        {
            tracing::error!("a lookup of sessions panicked");
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
    /// Answers all of these, and leaves none.
    async fn answer(&self, lookups: &mut Vec<Lookup>) {
        // Who waited too long is gone.
        lookups.retain(|lookup| !lookup.answer.is_closed());
        let digests: Vec<_> = lookups.iter().map(|lookup| lookup.digest.clone()).collect();
        let found = tokio::time::timeout(PATIENCE, self.live(digests)).await;
        let found = found.unwrap_or(Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)));
        for Lookup { digest, answer } in lookups.drain(..) {
            let found = found.as_ref().map(|found| found.get(&digest).cloned());
            let _ = answer.send(found.map_err(Clone::clone));
        }
    }

    /// The sessions with these digests that are live: one statement, which holds both ends of a session.
    async fn live(&self, mut digests: Vec<HiddenBytes>) -> Result<HashMap<HiddenBytes, Found>, DbErr> {
        let Some(last) = digests.last().cloned() else {
            return Ok(HashMap::new());
        };
        // Four lengths, and so four statements to prepare. Who asks twice is answered once.
        let length = LENGTHS.into_iter().find(|length| *length >= digests.len());
        digests.resize(length.unwrap_or(SHARING), last);
        let now = self.clock.now();
        let rows = session::Entity::find()
            .select_only()
            .column(session::Column::Id)
            .columns([session::Column::TokenDigest, session::Column::LastUsedAt])
            .column(session::Column::UserId)
            .columns([user::Column::Email, user::Column::Status])
            .columns([user::Column::CreatedAt, user::Column::ActivatedAt])
            .join(JoinType::InnerJoin, session::Relation::User.def())
            .filter(session::Column::TokenDigest.is_in(digests))
            // As sums, so that no index of theirs is used, which would find nearly every session there is.
            .filter(session::Column::ExpiresAt.into_expr().add(0).gt(now))
            .filter(
                session::Column::LastUsedAt
                    .into_expr()
                    .add(0)
                    .gt(self.policy.idle_since(now)),
            )
            .into_model::<Row>()
            .all(&self.db)
            .await?;
        let active = rows.into_iter().filter(|row| row.status == Status::Active);
        Ok(active.map(|row| (row.token_digest.clone(), row.into())).collect())
    }
}

/// What `me` needs of both tables.
#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    token_digest: HiddenBytes,
    last_used_at: Timestamp,
    user_id: Uuid,
    email: HiddenText,
    status: Status,
    created_at: Timestamp,
    activated_at: Option<Timestamp>,
}

impl From<Row> for Found {
    fn from(row: Row) -> Self {
        Self {
            session: row.id,
            last_used_at: row.last_used_at,
            user: User {
                id: row.user_id,
                email: row.email.0,
                status: row.status,
                created_at: row.created_at,
                activated_at: row.activated_at,
            },
        }
    }
}
