//! The outbox: mails that are owed.
//!
//! Every change to a row after it was claimed is guarded by the claim's lease. A worker that was thought dead, or whose
//! registration was replaced, therefore changes nothing.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use entity::{HiddenText, MailKind, Timestamp, email_outbox, user};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{CommonTableExpression, Expr, ExprTrait, LockBehavior, LockType, Order, Query};
use sea_orm::{
    ActiveEnum, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult,
    Iterable, QueryFilter, QueryOrder, QuerySelect,
};
use tokio::sync::Notify;

use crate::random::{self, Random};

/// How long a claim holds. It is longer than a delivery may take.
pub(crate) const LEASE: Duration = Duration::from_secs(30);

/// Wakes a worker when a mail is owed.
#[derive(Clone, Debug, Default)]
pub struct Waker(Arc<Notify>);

impl Waker {
    /// A mail is owed and its transaction is committed.
    pub fn wake(&self) {
        self.0.notify_one();
    }

    pub(super) async fn woken(&self) {
        self.0.notified().await;
    }
}

/// A mail that this worker alone may deliver, until the lease ends.
#[derive(Debug)]
pub struct Claim {
    /// The row, as it was claimed.
    pub(crate) mail: email_outbox::Model,
    /// The address to which it goes, as the user typed it.
    pub(crate) to: HiddenText,
    /// What proves the claim.
    pub(crate) lease: Uuid,
}

/// Owes a user a mail.
pub(crate) async fn owe(
    db: &impl ConnectionTrait,
    random: &dyn Random,
    now: Timestamp,
    user: Uuid,
    kind: MailKind,
) -> Result<(), DbErr> {
    email_outbox::Entity::insert(email_outbox::ActiveModel {
        id: Set(random::uuid(random, now)),
        user_id: Set(user),
        kind: Set(kind),
        created_at: Set(now),
        due_at: Set(now),
        attempts: Set(0),
        lease: Set(None),
    })
    .exec_without_returning(db)
    .await?;
    Ok(())
}

/// Owes a user a mail if they are pending at that moment, in one statement. Gives the id of the mail.
pub(crate) async fn owe_if_pending(
    db: &impl ConnectionTrait,
    random: &dyn Random,
    now: Timestamp,
    user: Uuid,
    kind: MailKind,
) -> Result<Option<Uuid>, DbErr> {
    use email_outbox::Column;
    let id = random::uuid(random, now);
    let pending = Query::select()
        .exprs([
            Expr::value(id),
            Expr::col(user::Column::Id),
            Expr::value(kind.to_value()),
            Expr::value(now),
            Expr::value(now),
            Expr::value(0),
        ])
        .from(user::Entity)
        .and_where(user::Column::Id.eq(user))
        .and_where(user::Column::Status.eq(user::Status::Pending))
        .to_owned();
    let mut insert = Query::insert();
    insert
        .into_table(email_outbox::Entity)
        .columns([
            Column::Id,
            Column::UserId,
            Column::Kind,
            Column::CreatedAt,
            Column::DueAt,
            Column::Attempts,
        ])
        .select_from(pending)
        .map_err(|error| DbErr::Custom(error.to_string()))?;
    let owed = db.execute(&insert).await?.rows_affected() == 1;
    Ok(owed.then_some(id))
}

/// Owes a user the mails of a kind no more, claimed or not, except perhaps one.
pub(crate) async fn withdraw(
    db: &impl ConnectionTrait,
    user: Uuid,
    kind: MailKind,
    except: Option<Uuid>,
) -> Result<(), DbErr> {
    email_outbox::Entity::delete_many()
        .filter(email_outbox::Column::UserId.eq(user))
        .filter(email_outbox::Column::Kind.eq(kind))
        .filter(Condition::all().add_option(except.map(|id| email_outbox::Column::Id.ne(id))))
        .exec(db)
        .await?;
    Ok(())
}

/// Claims mails that are due, those that were tried least first and of these the oldest: behind thousands of mails that keep
/// failing nobody waits for their first. On PostgreSQL several workers share the work: each passes over the rows that
/// another one is just claiming.
pub(crate) async fn claim(
    db: &impl ConnectionTrait,
    random: &dyn Random,
    now: Timestamp,
    most: usize,
) -> Result<Vec<Claim>, DbErr> {
    use email_outbox::Column;
    let lease = random::uuid(random, now);
    let due = Query::select()
        .column(Column::Id)
        .from(email_outbox::Entity)
        .and_where(Column::DueAt.lte(now))
        .order_by(Column::Attempts, Order::Asc)
        .order_by(Column::DueAt, Order::Asc)
        .order_by(Column::Id, Order::Asc)
        .limit(most as u64)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .to_owned();
    // A common table expression is evaluated once; of `IN (… LIMIT …)` a planner may make more.
    let due = CommonTableExpression::new()
        .table_name("due")
        .column(Column::Id)
        .query(due)
        .to_owned();
    let chosen = Query::select().column(Column::Id).from("due").to_owned();
    let to = Query::select()
        .column((user::Entity, user::Column::Email))
        .from(user::Entity)
        .and_where(Expr::col((user::Entity, user::Column::Id)).equals((email_outbox::Entity, Column::UserId)))
        .to_owned();
    let columns = Column::iter().map(Expr::col);
    let claim = Query::update()
        .table(email_outbox::Entity)
        .value(Column::Lease, lease)
        .value(Column::DueAt, now + LEASE)
        .value(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .and_where(Column::Id.in_subquery(chosen))
        .returning(Query::returning().exprs(columns.chain([to.into()])))
        .to_owned()
        .with(Query::with().cte(due).to_owned());
    let claimed = db.query_all(&claim).await?;
    claimed
        .iter()
        .map(|row| {
            let mail = email_outbox::Model::from_query_result(row, "")?;
            let to = row.try_get_by_index(Column::iter().count())?;
            Ok(Claim { mail, to, lease })
        })
        .collect()
}

/// Lets the leases begin anew. Tells which claims still hold.
pub(crate) async fn renew(
    db: &impl ConnectionTrait,
    claims: &[&Claim],
    now: Timestamp,
) -> Result<HashSet<Uuid>, DbErr> {
    if claims.is_empty() {
        return Ok(HashSet::new());
    }
    let renewed = email_outbox::Entity::update_many()
        .col_expr(email_outbox::Column::DueAt, Expr::value(now + LEASE))
        .filter(held(claims))
        .exec_with_returning(db)
        .await?;
    Ok(renewed.into_iter().map(|mail| mail.id).collect())
}

/// The mails are delivered, or given up.
pub(crate) async fn settle(db: &impl ConnectionTrait, claims: &[&Claim]) -> Result<(), DbErr> {
    if !claims.is_empty() {
        email_outbox::Entity::delete_many()
            .filter(held(claims))
            .exec(db)
            .await?;
    }
    Ok(())
}

/// The mail is to be tried again at `due`.
pub(crate) async fn postpone(db: &impl ConnectionTrait, claim: &Claim, due: Timestamp) -> Result<(), DbErr> {
    email_outbox::Entity::update_many()
        .col_expr(email_outbox::Column::Lease, Expr::value(None::<Uuid>))
        .col_expr(email_outbox::Column::DueAt, Expr::value(due))
        .filter(held(&[claim]))
        .exec(db)
        .await?;
    Ok(())
}

/// When the next mail is due; `None` when none is owed.
pub(crate) async fn next_due(db: &impl ConnectionTrait) -> Result<Option<Timestamp>, DbErr> {
    email_outbox::Entity::find()
        .select_only()
        .column(email_outbox::Column::DueAt)
        .order_by_asc(email_outbox::Column::DueAt)
        .into_tuple()
        .one(db)
        .await
}

/// The rows that these claims hold, each by its own lease.
fn held(claims: &[&Claim]) -> Condition {
    claims.iter().fold(Condition::any(), |any, claim| {
        any.add(
            email_outbox::Column::Id
                .eq(claim.mail.id)
                .and(email_outbox::Column::Lease.eq(claim.lease)),
        )
    })
}
