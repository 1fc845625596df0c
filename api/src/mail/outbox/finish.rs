//! What becomes of claimed emails: they are held longer, deleted, due later or given back.

use std::collections::HashSet;

use entity::{Timestamp, email_outbox};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Expr, ExprTrait, LockType, Order, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use super::lease::{Claim, LEASE};
use crate::sql::{commit_may_be_lost, padded};

/// Restarts the leases. Returns the emails whose claims still hold.
pub(in crate::mail) async fn renew(
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
pub(in crate::mail) async fn finish(db: &impl ConnectionTrait, claims: &[&Claim]) -> Result<(), DbErr> {
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
pub(in crate::mail) async fn postpone(db: &impl ConnectionTrait, claim: &Claim, due: Timestamp) -> Result<(), DbErr> {
    email_outbox::Entity::update_many()
        .col_expr(email_outbox::Column::Lease, Expr::value(None::<Uuid>))
        .col_expr(email_outbox::Column::DueAt, Expr::value(due))
        .filter(held(&[claim]))
        .exec(db)
        .await?;
    Ok(())
}

/// Gives claims back whose emails were not sent: they are due at once, and the attempts do not count.
pub(in crate::mail) async fn give_back(
    db: &impl ConnectionTrait,
    claims: &[&Claim],
    now: Timestamp,
) -> Result<(), DbErr> {
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
