//! Adds emails, in the transaction of their cause.

use entity::{EmailKind, HiddenText, Timestamp, email_outbox};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::InsertStatement;
use sea_orm::{
    ActiveEnum, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryTrait,
};

use crate::mail::domain_owner::owner_of;
use crate::random::{self, Random};
use crate::sql::statement;
use crate::telemetry;

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

/// The pending notices to an address.
pub(crate) fn notices_to(address: &HiddenText) -> Condition {
    Condition::all()
        .add(email_outbox::Column::Recipient.eq(address.clone()))
        .add(email_outbox::Column::VerificationId.is_null())
}
