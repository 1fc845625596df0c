//! Writes events.

use entity::{AccountEventKind, Timestamp, account_event};
use sea_orm::prelude::Uuid;
use sea_orm::{
    ActiveEnum, ColumnTrait, ConnectionTrait, DatabaseBackend, DatabaseConnection, DbErr, EntityTrait, QueryFilter,
    QueryResult, Value,
};

use crate::client::Client;
use crate::database;
use crate::random::{self, SharedRandom};
use crate::sql::{row_lock, statement};

/// Records events. Clones share the source of their ids.
#[derive(Clone)]
pub struct Audit {
    random: SharedRandom,
}

/// What happened, when, and at whose request.
#[derive(Clone, Copy)]
pub(crate) struct Event<'a> {
    pub kind: AccountEventKind,
    pub at: Timestamp,
    /// `None` if the server or an operator did it.
    pub client: Option<&'a Client>,
}

impl<'a> Event<'a> {
    /// What the request of a client did.
    pub(crate) fn by(client: &'a Client, kind: AccountEventKind, at: Timestamp) -> Self {
        let client = Some(client);
        Self { kind, at, client }
    }

    /// What an operator did.
    pub(crate) fn by_operator(kind: AccountEventKind, at: Timestamp) -> Self {
        let client = None;
        Self { kind, at, client }
    }

    /// `id`, `kind`, `created_at`, `network`, `user_agent` and `request_id`.
    fn values(&self, id: Uuid) -> [Value; 6] {
        let Self { kind, at, client } = self;
        [
            id.into(),
            kind.to_value().into(),
            (*at).into(),
            client.map(Client::network_cidr).into(),
            client.and_then(Client::user_agent).map(str::to_owned).into(),
            client.and_then(Client::request_id).map(str::to_owned).into(),
        ]
    }
}

impl Audit {
    /// Events whose ids come from this source.
    #[must_use]
    pub fn new(random: SharedRandom) -> Self {
        Self { random }
    }

    /// Records an event about a user. The transaction has locked or created the user, or changed one of their sessions
    /// or verifications.
    pub(crate) async fn record(&self, tx: &impl ConnectionTrait, user: Uuid, event: Event<'_>) -> Result<(), DbErr> {
        let sql = "INSERT INTO account_events (user_id, id, kind, created_at, network, user_agent, request_id) \
            VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let values = [Value::from(user)].into_iter().chain(event.values(self.id(event)));
        tx.execute_raw(statement(tx, sql, values)).await?;
        Ok(())
    }

    /// Runs a statement of a transaction that returns at most one row, with the column `user_id`, and records an event
    /// about that user. On PostgreSQL both are one statement.
    pub(crate) async fn run_and_record(
        &self,
        tx: &impl ConnectionTrait,
        sql: &str,
        values: impl IntoIterator<Item = Value>,
        event: Event<'_>,
    ) -> Result<Option<QueryResult>, DbErr> {
        let mut values: Vec<_> = values.into_iter().collect();
        if tx.get_database_backend() != DatabaseBackend::Postgres {
            // SQLite has no INSERT in a WITH clause.
            let row = tx.query_one_raw(statement(tx, sql, values)).await?;
            if let Some(row) = &row {
                self.record(tx, row.try_get("", "user_id")?, event).await?;
            }
            return Ok(row);
        }
        let next = values.len();
        values.extend(event.values(self.id(event)));
        let [id, kind, at, network, agent, request] = [1, 2, 3, 4, 5, 6].map(|place| format!("${}", next + place));
        let sql = format!(
            "WITH changed AS ({sql}), recorded AS (INSERT INTO account_events \
                (user_id, id, kind, created_at, network, user_agent, request_id) \
                SELECT user_id, {id}, {kind}, {at}, {network}, {agent}, {request} FROM changed) \
            SELECT * FROM changed"
        );
        tx.query_one_raw(statement(tx, &sql, values)).await
    }

    /// The same outside of a transaction.
    pub(crate) async fn run_and_record_alone(
        &self,
        db: &DatabaseConnection,
        sql: &str,
        values: impl IntoIterator<Item = Value>,
        event: Event<'_>,
    ) -> Result<Option<QueryResult>, DbErr> {
        if db.get_database_backend() == DatabaseBackend::Postgres {
            return self.run_and_record(db, sql, values, event).await;
        }
        let transaction = database::begin(db).await?;
        let row = self.run_and_record(&transaction, sql, values, event).await?;
        transaction.commit().await?;
        Ok(row)
    }

    /// Records that an address was registered: under the id of the registration or, if the address has a user, as an
    /// attempt in the trail of that user. One statement for both.
    pub(crate) async fn record_registration(
        &self,
        tx: &impl ConnectionTrait,
        (registration, canonical): (Uuid, &str),
        event: Event<'_>,
    ) -> Result<(), DbErr> {
        // A user who is being deleted is skipped, and so is one whose address changes: neither has this address any
        // more.
        let lock = row_lock(tx, "FOR KEY SHARE SKIP LOCKED");
        let sql = format!(
            "WITH owner AS (SELECT id FROM users WHERE email_canonical = $7 {lock}) \
            INSERT INTO account_events (id, kind, created_at, network, user_agent, request_id, user_id) \
            SELECT $1, CASE WHEN EXISTS (SELECT 1 FROM owner) THEN $8 ELSE $2 END, $3, $4, $5, $6, \
                COALESCE((SELECT id FROM owner), $9)"
        );
        let attempt = AccountEventKind::RegistrationAttempted.to_value();
        let more = [canonical.into(), attempt.into(), registration.into()];
        let values = event.values(self.id(event)).into_iter().chain(more);
        tx.execute_raw(statement(tx, &sql, values)).await?;
        Ok(())
    }

    /// Records an event about the user of a verification, or under the id of a registration. Nothing if the
    /// verification is gone. A reset of an address without a user has the same statement, and its event concerns
    /// nobody.
    pub(crate) async fn record_for_verification(
        &self,
        db: &impl ConnectionTrait,
        verification: Uuid,
        event: Event<'_>,
    ) -> Result<(), DbErr> {
        let lock = row_lock(db, "FOR KEY SHARE");
        let sql = format!(
            "INSERT INTO account_events (id, kind, created_at, network, user_agent, request_id, user_id) \
            SELECT $1, $2, $3, $4, $5, $6, COALESCE(user_id, id) FROM verifications WHERE id = $7 {lock}"
        );
        let values = event.values(self.id(event)).into_iter().chain([verification.into()]);
        db.execute_raw(statement(db, &sql, values)).await?;
        Ok(())
    }

    /// Deletes the events of a user who is being deleted. The sessions of the user have ended already.
    pub(crate) async fn forget(&self, tx: &impl ConnectionTrait, user: Uuid) -> Result<(), DbErr> {
        account_event::Entity::delete_many()
            .filter(account_event::Column::UserId.eq(user))
            .exec(tx)
            .await?;
        Ok(())
    }

    /// The same, and leaves that the user was deleted: an id and a time, which name nobody.
    pub(crate) async fn record_deletion(
        &self,
        tx: &impl ConnectionTrait,
        user: Uuid,
        now: Timestamp,
    ) -> Result<(), DbErr> {
        self.forget(tx, user).await?;
        self.record(tx, user, Event::by_operator(AccountEventKind::Deleted, now))
            .await
    }

    fn id(&self, event: Event<'_>) -> Uuid {
        random::uuid(&*self.random, event.at)
    }
}
