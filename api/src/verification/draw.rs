//! Draws codes, just before their emails are sent.

use std::time::Duration;

use entity::{AccountEventKind, HiddenBytes, Purpose, Timestamp};
use sea_orm::prelude::Uuid;
use sea_orm::{ActiveEnum, ConnectionTrait, DatabaseBackend, DatabaseConnection, DbErr, FromQueryResult, Value};

use super::code::{Code, MAX_LENGTH};
use crate::clock::latest_written;
use crate::database;
use crate::keys::{Keys, SecretKeys, Tag};
use crate::limits::{Limit, guess_guard};
use crate::locale::Locale;
use crate::random::{self, Random};
use crate::sql::{padded, statement_over};

/// How long after its draw a code can be sent again. A receiver that took the first email without acknowledging it gets
/// the same code under the same Message-ID. Not longer than a lease: see `replace_email`.
pub(crate) const SAME_CODE: Duration = Duration::from_secs(30);

/// How codes are drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CodeRules {
    /// Digits, unless the guess guard of the address is tripped.
    pub digits: u8,
    /// How long the code can be used.
    pub ttl: Duration,
}

/// A claimed email that is to carry a code.
pub(crate) struct DrawRequest {
    pub verification: Uuid,
    pub mail: Uuid,
    pub lease: Uuid,
    /// Whether an earlier attempt may have drawn a code for this email.
    pub is_retry: bool,
    /// The guess guard of the address.
    pub tries: Limit,
    /// How the code is drawn.
    pub rules: CodeRules,
}

/// A code that is to be sent now.
pub(crate) struct DrawnCode {
    pub mail: Uuid,
    pub code: Code,
    /// Names the email: the same for the same code.
    pub message_id: Tag,
    /// When the code expires.
    pub expires_at: Timestamp,
    /// Whether the email may carry the code: for a registration and an email change, if the address has no user; for a
    /// reset, if the address still has the user it was started for.
    pub mailed: bool,
    /// Whether the address has a user; on PostgreSQL, as of the start of the statement.
    pub has_user: bool,
    /// The language of the email; `None` for the default. That of the address's user comes first, so that nobody else
    /// chooses it.
    pub locale: Option<Locale>,
}

/// Draws the codes of claimed emails; a retry gets the code of an attempt within the last 30 seconds. An email without
/// a result is not to be sent: its verification, or the worker's lease, is gone.
pub(crate) async fn draw(
    db: &DatabaseConnection,
    random: &dyn Random,
    keys: &Keys,
    now: Timestamp,
    requests: &[DrawRequest],
) -> Result<Vec<DrawnCode>, DbErr> {
    let retries: Vec<_> = requests.iter().filter(|request| request.is_retry).collect();
    let mut rows = recent(db, now, &retries).await?;
    // Another server may have derived a code from a key that this one does not know.
    rows.retain(|row| keys.by_id(&row.code_key).is_some());
    let new: Vec<_> = requests
        .iter()
        .filter(|request| rows.iter().all(|row| row.mail_id != request.mail))
        .collect();
    rows.extend(store(db, random, &keys.current, now, &new).await?);
    Ok(rows.iter().filter_map(|row| drawn(keys, row)).collect())
}

/// Whether the address has a user.
const HAS_USER: &str = "EXISTS (SELECT 1 FROM users WHERE users.email_canonical = verifications.email_canonical)";

/// The language of the email: that of the address's user, which nobody else may choose; without one, that of the
/// verification.
const LOCALE: &str = "CASE WHEN {has_user} \
    THEN (SELECT users.locale FROM users WHERE users.email_canonical = verifications.email_canonical) \
    ELSE verifications.locale END";

/// What the statements below return of a verification.
#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    purpose: Purpose,
    draw: HiddenBytes,
    code_key: Vec<u8>,
    digits: i32,
    mail_id: Uuid,
    code_expires_at: Timestamp,
    mailed: bool,
    has_user: bool,
    locale: Option<String>,
}

fn drawn(keys: &Keys, row: &Row) -> Option<DrawnCode> {
    let keys = keys.by_id(&row.code_key)?;
    let digits = u8::try_from(row.digits).unwrap_or(MAX_LENGTH);
    Some(DrawnCode {
        mail: row.mail_id,
        code: Code::derive(&keys.codes, row.purpose, row.id, &row.draw.0, digits),
        message_id: keys.message_ids.tag(&[b"code", &row.draw.0]),
        expires_at: row.code_expires_at,
        mailed: row.mailed,
        has_user: row.has_user,
        locale: row.locale.as_deref().and_then(Locale::matching),
    })
}

/// The codes that earlier attempts drew for these emails less than 30 seconds ago.
async fn recent(db: &impl ConnectionTrait, now: Timestamp, retries: &[&DrawRequest]) -> Result<Vec<Row>, DbErr> {
    const SQL: &str = "WITH retries (verification, mail, held_lease, drawn_after) AS (VALUES {rows}) \
        SELECT verifications.id, purpose, draw, code_key, digits, mail_id, code_expires_at, mailed, {has_user} AS has_user, {locale} AS locale \
            FROM retries \
        JOIN verifications ON verifications.id = verification AND mail_id = mail \
        JOIN email_outbox ON email_outbox.id = mail AND lease = held_lease \
        WHERE drawn_at > drawn_after AND drawn_at <= $1 AND consumed_at IS NULL";
    // One that was drawn while the clock was ahead has expired.
    let drawn_by = latest_written(now);
    query(db, SQL, &[drawn_by.into()], retries, |request| {
        [
            request.verification.into(),
            request.mail.into(),
            request.lease.into(),
            // At least half of its time is left, also where an operator gives it less than a minute.
            (now - SAME_CODE.min(request.rules.ttl / 2)).into(),
        ]
    })
    .await
}

/// Stores a new draw for each email whose lease holds and whose verification is open. One statement, so that a backlog
/// of emails costs few of them. It also decides the digits, and whether the code may be mailed. Locks the verifications
/// in the order of their ids, as `end` does.
///
/// PostgreSQL may wait for a verification until a resend and the draw of its email have committed. Then it looks again
/// at the row, but not at the outbox. So `mail_id` tells whether the email has been replaced.
///
/// Records an event for each code that its user may know of: on PostgreSQL in the same statement, on SQLite in the same
/// transaction.
async fn store(
    db: &DatabaseConnection,
    random: &dyn Random,
    keys: &SecretKeys,
    now: Timestamp,
    new: &[&DrawRequest],
) -> Result<Vec<Row>, DbErr> {
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<_> = new
        .iter()
        .map(|request| (*request, random::uuid(random, now)))
        .collect();
    if db.get_database_backend() == DatabaseBackend::Postgres {
        let sql = format!(
            "{DRAWN}, locked AS \
                (SELECT id FROM verifications WHERE id IN (SELECT verification FROM drawn) ORDER BY id FOR UPDATE), \
            updated AS ({UPDATE} AND id IN (SELECT id FROM locked) \
                RETURNING {RETURNED}, COALESCE(user_id, id) AS subject, event), \
            recorded AS ({RECORD} SELECT event, subject, $4, $1 FROM updated WHERE {RECORDED}) \
            SELECT * FROM updated"
        );
        return update(db, &sql, random, keys, now, &rows).await;
    }
    // SQLite has one writer, and no INSERT in a WITH clause.
    let transaction = database::begin(db).await?;
    let sql = format!("{DRAWN} {UPDATE} RETURNING {RETURNED}");
    let updated = update(&transaction, &sql, random, keys, now, &rows).await?;
    let sql = format!(
        "WITH drawn (verification, mail, event) AS (VALUES {{rows}}) \
        {RECORD} SELECT event, COALESCE(user_id, id), $2, $1 FROM drawn \
            JOIN verifications ON id = verification AND mail_id = mail AND drawn_at = $1 WHERE {RECORDED}"
    );
    let recorded = rows
        .iter()
        .map(|(request, event)| [request.verification.into(), request.mail.into(), (*event).into()]);
    let shared = [now.into(), AccountEventKind::CodeMailed.to_value().into()];
    transaction
        .execute_raw(statement_over(&transaction, &sql, &shared, recorded))
        .await?;
    transaction.commit().await?;
    Ok(updated)
}

/// Which codes are an event. A code for a new address is one in any case: its user, who reads the event, must not learn
/// whether the address is taken.
const RECORDED: &str = "mailed OR purpose = 'email_change'";

const RECORD: &str = "INSERT INTO account_events (id, user_id, kind, created_at)";

const DRAWN: &str = "WITH drawn (verification, mail, held_lease, new_draw, expires, usual, guarded, guard, other_guard, event) \
    AS (VALUES {rows})";

const UPDATE: &str = "UPDATE verifications SET \
        draw = new_draw, code_key = $3, mail_id = mail, drawn_at = $1, code_expires_at = expires, attempts = 0, \
        digits = CASE WHEN EXISTS \
            (SELECT 1 FROM rate_limits WHERE key IN (guard, other_guard) AND tripped_until > $1 AND taken_at <= $2) \
            THEN guarded ELSE usual END, \
        mailed = (purpose = 'password_reset') = EXISTS \
            (SELECT 1 FROM users WHERE users.email_canonical = verifications.email_canonical \
                AND (purpose <> 'password_reset' OR users.id = user_id)) \
    FROM drawn \
    WHERE id = verification AND consumed_at IS NULL AND expires_at > $1 AND (mail_id IS NULL OR mail_id = mail) \
        AND EXISTS (SELECT 1 FROM email_outbox WHERE email_outbox.id = mail AND lease = held_lease)";

const RETURNED: &str = "id, purpose, draw, code_key, digits, mail_id, code_expires_at, mailed, \
    {has_user} AS has_user, {locale} AS locale";

async fn update(
    db: &impl ConnectionTrait,
    sql: &str,
    random: &dyn Random,
    keys: &SecretKeys,
    now: Timestamp,
    rows: &[(&DrawRequest, Uuid)],
) -> Result<Vec<Row>, DbErr> {
    let kind = AccountEventKind::CodeMailed.to_value();
    let shared = [
        now.into(),
        latest_written(now).into(),
        keys.id().to_vec().into(),
        kind.into(),
    ];
    query(db, sql, &shared, rows, |(request, event)| {
        let draw: [u8; 32] = random::bytes(random);
        // There are two only during a rotation of the secret key.
        let guard = |row: Option<&Vec<u8>>| row.cloned().unwrap_or_default().into();
        [
            request.verification.into(),
            request.mail.into(),
            request.lease.into(),
            HiddenBytes(draw.to_vec()).into(),
            (now + request.rules.ttl).into(),
            i32::from(request.rules.digits).into(),
            i32::from(guess_guard::guarded(request.rules.digits)).into(),
            guard(request.tries.keys.first()),
            guard(request.tries.keys.last()),
            (*event).into(),
        ]
    })
    .await
}

async fn query<T, const WIDTH: usize>(
    db: &impl ConnectionTrait,
    sql: &str,
    shared: &[Value],
    requests: &[T],
    row: impl Fn(&T) -> [Value; WIDTH],
) -> Result<Vec<Row>, DbErr> {
    if requests.is_empty() {
        return Ok(Vec::new());
    }
    // A repeated row changes nothing more.
    let rows = padded(requests.iter().map(row).collect());
    // LOCALE contains {has_user}.
    let sql = sql.replace("{locale}", LOCALE).replace("{has_user}", HAS_USER);
    let rows = db.query_all_raw(statement_over(db, &sql, shared, rows)).await?;
    rows.iter().map(|row| Row::from_query_result(row, "")).collect()
}
