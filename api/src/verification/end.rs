//! Ending verifications before they are consumed. Rows are locked in the order of their ids, as the draw and the mail
//! worker do, so that no two of these wait for each other.

use entity::{email_outbox, verification};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Expr, IntoColumnRef, IntoTableRef, LockType, Order, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

/// Locks verifications, for a transaction that changes several of them one after the other.
pub(crate) async fn lock(transaction: &impl ConnectionTrait, rows: Condition) -> Result<Vec<Uuid>, DbErr> {
    let locked = ids_for_update(verification::Entity, verification::Column::Id, rows);
    let rows = transaction.query_all(&locked).await?;
    rows.iter().map(|row| row.try_get("", "id")).collect()
}

/// Ends verifications, such as those of a user, and deletes their emails, except those of open resets.
pub(crate) async fn end(transaction: &impl ConnectionTrait, ended: Condition) -> Result<(), DbErr> {
    end_with_emails(transaction, ended, None).await
}

/// The same, and deletes `others`, emails of no verification.
///
/// An open reset becomes a decoy, and its email stays: a stranger may have begun it, and that it ends would tell them
/// that the address has a user.
pub(crate) async fn end_with_emails(
    transaction: &impl ConnectionTrait,
    ended: Condition,
    others: Option<Condition>,
) -> Result<(), DbErr> {
    use email_outbox::Column::{Id, VerificationId};
    let ended = verification::Column::Id.is_in(lock(transaction, ended).await?);
    verification::Entity::update_many()
        .col_expr(verification::Column::UserId, Expr::value(None::<Uuid>))
        .col_expr(verification::Column::Mailed, Expr::value(false))
        .filter(ended.clone())
        .filter(verification::is_open_reset())
        .exec(transaction)
        .await?;
    let deleted = Condition::all().add(ended).add(verification::is_open_reset().not());
    let ids = Query::select()
        .column(verification::Column::Id)
        .from(verification::Entity)
        .cond_where(deleted.clone())
        .to_owned();
    let emails = Condition::any().add(VerificationId.in_subquery(ids)).add_option(others);
    let locked = ids_for_update(email_outbox::Entity, Id, emails.clone());
    transaction.query_all(&locked).await?;
    email_outbox::Entity::delete_many()
        .filter(emails)
        .exec(transaction)
        .await?;
    verification::Entity::delete_many()
        .filter(deleted)
        .exec(transaction)
        .await?;
    Ok(())
}

fn ids_for_update(table: impl IntoTableRef, id: impl IntoColumnRef + Copy, rows: Condition) -> SelectStatement {
    Query::select()
        .column(id)
        .from(table)
        .cond_where(rows)
        .order_by(id, Order::Asc)
        .lock(LockType::Update)
        .to_owned()
}
