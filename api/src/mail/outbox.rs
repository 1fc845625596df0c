//! The statements on rows of the outbox.
//!
//! Every change to a claimed row requires the claim's lease. So a worker whose lease has ended, or whose verification
//! was replaced, changes nothing.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use entity::{EmailKind, HiddenText, Timestamp, email_outbox};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Expr, ExprTrait, InsertStatement, LockType, Order, Query, SelectStatement};
use sea_orm::{
    ActiveEnum, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DatabaseBackend, DbErr, EntityTrait,
    FromQueryResult, Iterable, QueryFilter, QueryTrait, Value,
};
use tokio::sync::Notify;

use super::domain_owner::owner_of;
use crate::clock::latest_written;
use crate::random::{self, Random};
use crate::sql::{commit_may_be_lost, padded, statement};
use crate::telemetry;

/// How long a claim holds. Longer than an attempt takes.
pub(crate) const LEASE: Duration = Duration::from_secs(30);

/// The longest pause between two attempts. Longer than a lease.
pub(super) const MAX_PAUSE: Duration = Duration::from_mins(2);

const _: () = assert!(LEASE.as_millis() < MAX_PAUSE.as_millis());

/// Always true. With it, PostgreSQL can use the index `email_outbox_due_at`, which has this condition.
const IN_DUE_INDEX: &str = "attempts >= 0";

/// Wakes the worker of this process.
#[derive(Clone, Debug, Default)]
pub struct OutboxSignal(Arc<Notify>);

impl OutboxSignal {
    /// Call it after a transaction that enqueued an email has committed.
    pub fn notify(&self) {
        self.0.notify_one();
    }

    pub(super) async fn notified(&self) {
        self.0.notified().await;
    }
}

/// An email that one worker alone may send, until the lease ends.
#[derive(Debug)]
pub struct Claim {
    /// The row as claimed.
    pub(crate) row: email_outbox::Model,
    /// Proves the claim.
    pub(crate) lease: Uuid,
}

/// Which emails a claim may take.
#[derive(Debug, Clone, Default)]
pub(super) struct Selection {
    /// Not the emails of these domains.
    pub except: HashSet<String>,
    /// Only the emails of these domains; `None` for those of all.
    pub only: Option<HashSet<String>>,
    /// Domains that may have any number of emails.
    pub quick: HashSet<String>,
    /// How many emails of all other domains together.
    pub room: usize,
    /// How many emails of each of the other domains.
    pub per_domain: usize,
}

impl Selection {
    /// Whether a claim with these results may have passed over emails that another selection allows.
    pub(super) fn may_have_left_out(&self, claims: &[Claim]) -> bool {
        let mut others: HashMap<&str, usize> = HashMap::new();
        for claim in claims.iter().filter(|claim| !self.quick.contains(&claim.row.domain)) {
            *others.entry(&claim.row.domain).or_default() += 1;
        }
        others.values().sum::<usize>() >= self.room || others.values().any(|count| *count >= self.per_domain)
    }
}

/// An email that is about to be enqueued.
pub(crate) struct NewEmail<'a> {
    /// What it tells.
    pub kind: EmailKind,
    /// The recipient's address as typed.
    pub recipient: HiddenText,
    /// The canonical form of the address.
    pub canonical: &'a str,
    /// The verification whose code it carries, which the same transaction began; none for a notice.
    pub verification: Option<Uuid>,
    /// The language.
    pub locale: Option<String>,
}

/// Enqueues an email in the transaction of its cause.
pub(crate) async fn enqueue(
    transaction: &impl ConnectionTrait,
    random: &dyn Random,
    now: Timestamp,
    email: NewEmail<'_>,
) -> Result<(), DbErr> {
    transaction.execute(&insert(random, now, email)).await?;
    Ok(())
}

/// The statement of [`enqueue`].
pub(crate) fn insert(random: &dyn Random, now: Timestamp, email: NewEmail<'_>) -> InsertStatement {
    let row = email_outbox::ActiveModel {
        id: Set(random::uuid(random, now)),
        kind: Set(email.kind),
        recipient: Set(email.recipient),
        domain: Set(owner_of(domain_of(email.canonical)).to_owned()),
        verification_id: Set(email.verification),
        locale: Set(email.locale),
        created_at: Set(now),
        due_at: Set(now),
        attempts: Set(0),
        traceparent: Set(telemetry::traceparent()),
        ..Default::default()
    };
    email_outbox::Entity::insert(row).into_query()
}

/// Enqueues the email `id` in the place of the verification's pending ones. The caller has locked the verification, as
/// a transaction that deletes one does before its emails go.
pub(crate) async fn enqueue_again(
    transaction: &impl ConnectionTrait,
    id: Uuid,
    now: Timestamp,
    kind: EmailKind,
    canonical: &str,
    verification: Uuid,
) -> Result<(), DbErr> {
    const SQL: &str = "INSERT INTO email_outbox \
            (id, kind, recipient, domain, verification_id, locale, created_at, due_at, attempts, traceparent) \
        SELECT $1, $2, email, $5, id, locale, $3, $3, 0, $6 FROM verifications WHERE id = $4";
    let values = [
        id.into(),
        kind.to_value().into(),
        now.into(),
        verification.into(),
        owner_of(domain_of(canonical)).into(),
        telemetry::traceparent().into(),
    ];
    transaction.execute_raw(statement(transaction, SQL, values)).await?;
    email_outbox::Entity::delete_many()
        .filter(email_outbox::Column::VerificationId.eq(verification))
        .filter(email_outbox::Column::Id.ne(id))
        .exec(transaction)
        .await?;
    Ok(())
}

fn domain_of(canonical: &str) -> &str {
    canonical.rsplit('@').next().unwrap_or_default()
}

/// Claims emails that are due: the least tried first, of these the longest due. So a first email does not wait behind
/// thousands that keep failing. On PostgreSQL replicas share the work: each skips the rows that another is claiming.
/// Emails of a kind that this version does not know are left to newer replicas.
pub(super) async fn claim(
    db: &impl ConnectionTrait,
    random: &dyn Random,
    now: Timestamp,
    limit: usize,
    selection: &Selection,
) -> Result<Vec<Claim>, DbErr> {
    // SQLite has one writer, so nobody else is claiming.
    let skip_locked = match db.get_database_backend() {
        DatabaseBackend::Postgres => "FOR UPDATE SKIP LOCKED",
        _ => "",
    };
    let lease = random::uuid(random, now);
    let mut values = vec![
        now.into(),
        number(limit),
        lease.into(),
        (now + LEASE).into(),
        number(selection.per_domain),
        number(selection.room),
        list(&selection.quick),
        latest_written(now).into(),
    ];
    // A common table expression runs once; PostgreSQL may run the subquery of `IN (… LIMIT …)` several times.
    let sql = format!(
        "WITH candidates AS (SELECT id, domain, attempts, due_at, {quick} AS quick FROM email_outbox \
            WHERE due_at <= $1 AND {allowed} ORDER BY attempts, due_at, id LIMIT $2 {skip_locked}), \
        ranked AS (SELECT id, quick, \
            ROW_NUMBER() OVER (PARTITION BY domain ORDER BY attempts, due_at, id) AS of_domain, \
            ROW_NUMBER() OVER (PARTITION BY quick ORDER BY attempts, due_at, id) AS of_others FROM candidates) \
        UPDATE email_outbox SET lease = $3, due_at = $4, attempts = attempts + 1, \
            created_at = CASE WHEN created_at > $8 THEN $1 ELSE created_at END \
        WHERE id IN (SELECT id FROM ranked WHERE quick OR (of_domain <= $5 AND of_others <= $6)) \
            AND {may_be_lost} RETURNING *",
        quick = is_in("$7"),
        allowed = allowed(selection, &mut values),
        // No code is lost with it: the draw commits later, and waits for the disk.
        may_be_lost = commit_may_be_lost(db),
    );
    let rows = db.query_all_raw(statement(db, &sql, values)).await?;
    // Each by itself, so that a row that cannot be read does not hold up the others.
    let claims = rows.iter().filter_map(|row| {
        let row = email_outbox::Model::from_query_result(row, "");
        row.inspect_err(|error| tracing::error!(%error, "cannot read an email of the outbox"))
            .ok()
            .map(|row| Claim { row, lease })
    });
    Ok(claims.collect())
}

/// Makes the rows due whose instants lie further ahead than any pause: they were written while the clock was ahead.
/// Their time in the outbox starts over. Tells whether there were any. It is a statement of its own, because the
/// condition would keep the claim from reading the rows in their order.
pub(super) async fn release_future(db: &impl ConnectionTrait, now: Timestamp) -> Result<bool, DbErr> {
    let latest = latest_written(now);
    let sql = format!(
        "UPDATE email_outbox SET due_at = $1, lease = NULL, \
            created_at = CASE WHEN created_at > $2 THEN $1 ELSE created_at END \
        WHERE due_at > $3 AND {IN_DUE_INDEX}"
    );
    let values = [now.into(), latest.into(), (latest + MAX_PAUSE).into()];
    let released = db.execute_raw(statement(db, &sql, values)).await?;
    Ok(released.rows_affected() > 0)
}

/// The condition that this version knows the kind of an email.
fn known_kinds() -> String {
    let kinds: Vec<_> = EmailKind::iter().map(|kind| format!("'{}'", kind.to_value())).collect();
    format!("kind IN ({})", kinds.join(", "))
}

/// The condition that the domain is in a [`list`]: one parameter, whatever the length of the list.
fn is_in(list: &str) -> String {
    format!("replace({list}, '|' || domain || '|', '') <> {list}")
}

/// The condition that a claim may take an email. One on domains is there only if it excludes some: PostgreSQL expects
/// few rows to pass it, and would sort the whole backlog instead of reading the first rows of the index.
fn allowed(selection: &Selection, values: &mut Vec<Value>) -> String {
    let mut conditions = vec![known_kinds()];
    let mut place = |domains: &HashSet<String>| {
        values.push(list(domains));
        format!("${}", values.len())
    };
    if !selection.except.is_empty() {
        conditions.push(format!("NOT {}", is_in(&place(&selection.except))));
    }
    if let Some(only) = &selection.only {
        conditions.push(is_in(&place(only)));
    }
    conditions.join(" AND ")
}

/// No domain contains the separator.
fn list(domains: &HashSet<String>) -> Value {
    let mut list = "|".to_owned();
    for domain in domains {
        list += domain;
        list.push('|');
    }
    list.into()
}

fn number(number: usize) -> Value {
    i64::try_from(number).unwrap_or(i64::MAX).into()
}

/// Restarts the leases. Returns the emails whose claims still hold.
pub(super) async fn renew(
    db: &impl ConnectionTrait,
    claims: &[&Claim],
    now: Timestamp,
) -> Result<HashSet<Uuid>, DbErr> {
    if claims.is_empty() {
        return Ok(HashSet::new());
    }
    let renewed = email_outbox::Entity::update_many()
        .col_expr(email_outbox::Column::DueAt, Expr::value(now + LEASE))
        .filter(email_outbox::Column::Id.in_subquery(for_update(held(claims))))
        .exec_with_returning(db)
        .await?;
    Ok(renewed.into_iter().map(|row| row.id).collect())
}

/// Deletes emails that are sent or given up. A deletion that a crash of the database undoes has the effect of a worker
/// that dies after it has sent the email: the email is due again when the lease ends.
pub(super) async fn finish(db: &impl ConnectionTrait, claims: &[&Claim]) -> Result<(), DbErr> {
    if !claims.is_empty() {
        email_outbox::Entity::delete_many()
            .filter(email_outbox::Column::Id.in_subquery(for_update(held(claims))))
            .filter(Expr::cust(commit_may_be_lost(db)))
            .exec(db)
            .await?;
    }
    Ok(())
}

/// Releases a claim; the email is due again at `due`.
pub(super) async fn postpone(db: &impl ConnectionTrait, claim: &Claim, due: Timestamp) -> Result<(), DbErr> {
    email_outbox::Entity::update_many()
        .col_expr(email_outbox::Column::Lease, Expr::value(None::<Uuid>))
        .col_expr(email_outbox::Column::DueAt, Expr::value(due))
        .filter(held(&[claim]))
        .exec(db)
        .await?;
    Ok(())
}

/// Gives claims back whose emails were not sent: they are due at once, and the attempts do not count.
pub(super) async fn give_back(db: &impl ConnectionTrait, claims: &[&Claim], now: Timestamp) -> Result<(), DbErr> {
    if !claims.is_empty() {
        email_outbox::Entity::update_many()
            .col_expr(email_outbox::Column::Lease, Expr::value(None::<Uuid>))
            .col_expr(email_outbox::Column::DueAt, Expr::value(now))
            .col_expr(
                email_outbox::Column::Attempts,
                Expr::col(email_outbox::Column::Attempts).sub(1),
            )
            .filter(email_outbox::Column::Id.in_subquery(for_update(held(claims))))
            .exec(db)
            .await?;
    }
    Ok(())
}

/// When the next email that a claim may take is due; `None` when there is none.
pub(super) async fn next_due(db: &impl ConnectionTrait, selection: &Selection) -> Result<Option<Timestamp>, DbErr> {
    let mut values = Vec::new();
    let allowed = allowed(selection, &mut values);
    let sql = format!("SELECT due_at FROM email_outbox WHERE {IN_DUE_INDEX} AND {allowed} ORDER BY due_at LIMIT 1");
    let row = db.query_one_raw(statement(db, &sql, values)).await?;
    row.map(|row| row.try_get("", "due_at")).transpose()
}

/// The pending notices to an address.
pub(crate) fn notices_to(address: &HiddenText) -> Condition {
    Condition::all()
        .add(email_outbox::Column::Recipient.eq(address.clone()))
        .add(email_outbox::Column::VerificationId.is_null())
}

/// Locks rows in the order of their ids, as the end of several verifications does.
fn for_update(rows: Condition) -> SelectStatement {
    Query::select()
        .column(email_outbox::Column::Id)
        .from(email_outbox::Entity)
        .cond_where(rows)
        .order_by(email_outbox::Column::Id, Order::Asc)
        .lock(LockType::Update)
        .to_owned()
}

/// The rows whose claims hold, each by its own lease. The list of ids is what the index serves.
fn held(claims: &[&Claim]) -> Condition {
    let claims = padded(claims.to_vec());
    let leases = claims.iter().fold(Condition::any(), |any, claim| {
        any.add(
            email_outbox::Column::Id
                .eq(claim.row.id)
                .and(email_outbox::Column::Lease.eq(claim.lease)),
        )
    });
    Condition::all()
        .add(email_outbox::Column::Id.is_in(claims.iter().map(|claim| claim.row.id)))
        .add(leases)
}
