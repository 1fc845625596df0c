//! What is in the database before a slice, written as the server writes it.

use std::rc::Rc;

use api::clock::{Clock, SystemClock};
use api::random::{self, SystemRandom};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::{EmailKind, HiddenBytes, HiddenText, Purpose, Timestamp, email_outbox, session, user, verification};
use sea_orm::ActiveValue::Set;
use sea_orm::prelude::Uuid;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, EntityTrait, Statement};
use sha2::{Digest, Sha256};

use crate::hashing;
use crate::request::{self, GRAPHQL, Request};
use tests::Outcome;

/// Rows per statement. SQLite binds at most 32,766 values.
const CHUNK: usize = 500;

/// Rows per statement that has no values.
const LARGE_CHUNK: u32 = 100_000;

/// An active user with a session.
pub(crate) struct User {
    pub(crate) email: String,
    pub(crate) me: Rc<Request>,
}

/// The answer of `me` for a user who was activated at the time of the registration.
pub(crate) fn me_body(id: Uuid, email: &str, since: Timestamp) -> String {
    let since = since.to_rfc3339();
    format!(
        r#"{{"data":{{"me":{{"id":"{id}","email":"{email}","status":"ACTIVE","createdAt":"{since}","activatedAt":"{since}"}}}}}}"#
    )
}

/// Creates active users, each with a session.
pub(crate) async fn users(db: &DatabaseConnection, count: usize) -> Outcome<Vec<User>> {
    let hash = hashing::stored()?;
    let mut users = Vec::with_capacity(count);
    while users.len() < count {
        let (mut rows, mut sessions) = (Vec::new(), Vec::new());
        for number in users.len()..count.min(users.len() + CHUNK) {
            let now = SystemClock.now();
            let (id, token) = (random::uuid(&SystemRandom, now), token());
            let email = format!("bench-{number:07}@example.com");
            rows.push(user::ActiveModel {
                id: Set(id),
                email: Set(HiddenText(email.clone())),
                email_canonical: Set(HiddenText(email.clone())),
                password_hash: Set(HiddenText(hash.clone())),
                credential_version: Set(0),
                locale: Set(None),
                disabled_at: Set(None),
                created_at: Set(now),
                activated_at: Set(now),
            });
            sessions.push(session::ActiveModel {
                id: Set(random::uuid(&SystemRandom, now)),
                user_id: Set(id),
                token_digest: Set(digest(&token)),
                created_at: Set(now),
                last_used_at: Set(now),
                expires_at: Set(now + api::policy::Policy::default().session_ttl),
                user_agent: Set(None),
                network: Set("127.0.0.0/24".to_owned()),
            });
            let me = request::me(GRAPHQL, &token, me_body(id, &email, now));
            users.push(User { email, me });
        }
        user::Entity::insert_many(rows).exec_without_returning(db).await?;
        session::Entity::insert_many(sessions)
            .exec_without_returning(db)
            .await?;
    }
    Ok(users)
}

/// Registers the addresses and enqueues their emails, in one transaction that notifies no worker. Returns the tokens.
pub(crate) async fn registrations(db: &DatabaseConnection, addresses: &[String]) -> Outcome<Vec<String>> {
    let hash = hashing::stored()?;
    let mut tokens = Vec::with_capacity(addresses.len());
    let transaction = api::database::begin(db).await?;
    for addresses in addresses.chunks(CHUNK) {
        let (mut rows, mut emails) = (Vec::new(), Vec::new());
        for address in addresses {
            let now = SystemClock.now();
            let (id, token) = (random::uuid(&SystemRandom, now), token());
            rows.push(verification::ActiveModel {
                id: Set(id),
                purpose: Set(Purpose::Registration),
                email: Set(HiddenText(address.clone())),
                email_canonical: Set(HiddenText(address.clone())),
                token_digest: Set(digest(&token)),
                password_hash: Set(Some(HiddenText(hash.clone()))),
                created_at: Set(now),
                expires_at: Set(now + api::verification::lifetime(Purpose::Registration)),
                digits: Set(0),
                attempts: Set(0),
                mailed: Set(false),
                ..Default::default()
            });
            emails.push(email_outbox::ActiveModel {
                id: Set(random::uuid(&SystemRandom, now)),
                kind: Set(EmailKind::Registration),
                recipient: Set(HiddenText(address.clone())),
                domain: Set("example.com".to_owned()),
                verification_id: Set(Some(id)),
                locale: Set(None),
                created_at: Set(now),
                due_at: Set(now),
                attempts: Set(0),
                lease: Set(None),
                traceparent: Set(None),
            });
            tokens.push(token);
        }
        verification::Entity::insert_many(rows)
            .exec_without_returning(&transaction)
            .await?;
        email_outbox::Entity::insert_many(emails)
            .exec_without_returning(&transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(tokens)
}

fn token() -> String {
    URL_SAFE_NO_PAD.encode(random::bytes::<32>(&SystemRandom))
}

fn digest(token: &str) -> HiddenBytes {
    HiddenBytes(Sha256::digest(token).to_vec())
}

/// Creates millions of users inside PostgreSQL, because other ways are too slow, each with a session. Ids are version 7
/// UUIDs. They grow with the number, as those of the server grow with time; the rest is random.
///
/// Returns the requests of some of the users, evenly from the first to the last, in random order.
pub(crate) async fn many_users(database_url: &str, count: u32, returned: u32) -> Outcome<Vec<Rc<Request>>> {
    // A separate connection without a limit on the time of a statement.
    let mut options = ConnectOptions::new(database_url);
    options.max_connections(1).sqlx_logging(false);
    let db = Database::connect(options).await?;
    let hash = hashing::stored()?;
    for first in (0..count).step_by(usize::try_from(LARGE_CHUNK)?) {
        let last = count.min(first + LARGE_CHUNK) - 1;
        let statement = MANY_USERS
            .replace("$first", &first.to_string())
            .replace("$last", &last.to_string());
        let values = [hash.clone().into()];
        db.execute_raw(Statement::from_sql_and_values(
            db.get_database_backend(),
            statement,
            values,
        ))
        .await?;
    }
    // Otherwise PostgreSQL would do this later, in the middle of a slice.
    for statement in ["VACUUM ANALYZE users", "VACUUM ANALYZE sessions", "CHECKPOINT"] {
        db.execute_unprepared(statement).await?;
    }
    let statement = format!(
        "SELECT id, email, created_at FROM users JOIN generate_series(0, {last}, {step}) number \
         ON email_canonical = 'scale-' || number || '@example.com' ORDER BY md5(email)",
        last = count - 1,
        step = (count / returned).max(1),
    );
    let rows = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), statement))
        .await?;
    let requests = rows.iter().map(|row| {
        let (id, email): (Uuid, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let token = email.trim_end_matches("@example.com");
        Ok(request::me(
            GRAPHQL,
            token,
            me_body(id, &email, row.try_get_by_index(2)?),
        ))
    });
    let requests = requests.collect::<Outcome<_>>()?;
    db.close().await?;
    Ok(requests)
}

const MANY_USERS: &str = "
WITH numbers AS (
    SELECT number, now, (lpad(to_hex(now), 12, '0') || '7' || lpad(to_hex(number % 4096), 3, '0') || '8') AS start
    FROM generate_series($first, $last) number, LATERAL (SELECT (extract(epoch FROM now()) * 1000)::bigint AS now) clock
), made AS (
    INSERT INTO users (id, email, email_canonical, password_hash, credential_version, created_at, activated_at)
    SELECT (start || substr(md5(number::text || random()::text), 1, 15))::uuid, email, email, $1, 0, now, now
    FROM numbers, LATERAL (SELECT 'scale-' || number || '@example.com' AS email) address
    RETURNING id, email
)
INSERT INTO sessions (id, user_id, token_digest, created_at, last_used_at, expires_at, network)
SELECT (start || substr(md5(number::text || random()::text), 1, 15))::uuid, made.id,
    sha256(convert_to('scale-' || number, 'UTF8')), now, now, now + 2592000000, '127.0.0.0/24'
FROM numbers JOIN made ON made.email = 'scale-' || number || '@example.com'";
