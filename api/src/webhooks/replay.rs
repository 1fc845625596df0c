//! Enqueues events again.

use entity::{Timestamp, user, webhook_delivery};
use sea_orm::prelude::Uuid;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::endpoint::Endpoint;
use crate::database;
use crate::sql::statement;

/// How many events are read at once.
const BATCH: u64 = 1_000;

/// Enqueues one event again for every endpoint. Tells whether it is known.
pub(crate) async fn event(
    db: &DatabaseConnection,
    endpoints: &[Endpoint],
    id: Uuid,
    now: Timestamp,
) -> Result<bool, DbErr> {
    let transaction = database::begin(db).await?;
    let known = lock(&transaction, id).await?;
    if known {
        for endpoint in endpoints {
            enqueue(&transaction, endpoint, id, now).await?;
        }
    }
    transaction.commit().await?;
    Ok(known)
}

/// Enqueues the events again that happened since an instant. Returns their number.
pub(crate) async fn since(
    db: &DatabaseConnection,
    endpoints: &[Endpoint],
    from: Timestamp,
    now: Timestamp,
) -> Result<u64, DbErr> {
    let mut after = Uuid::nil();
    let mut total = 0;
    loop {
        let ids: Vec<Uuid> = webhook_delivery::Entity::find()
            .select_only()
            .column(webhook_delivery::Column::Id)
            .filter(webhook_delivery::Column::CreatedAt.gte(from))
            .filter(webhook_delivery::Column::Id.gt(after))
            .distinct()
            .order_by_asc(webhook_delivery::Column::Id)
            .limit(BATCH)
            .into_tuple()
            .all(db)
            .await?;
        let Some(last) = ids.last() else {
            return Ok(total);
        };
        after = *last;
        for id in ids {
            total += u64::from(event(db, endpoints, id, now).await?);
        }
    }
}

/// Locks the user of an event, as every transaction that deletes their events does first. Tells whether there is such
/// an event.
async fn lock(transaction: &impl ConnectionTrait, id: Uuid) -> Result<bool, DbErr> {
    let find = || webhook_delivery::Entity::find().filter(webhook_delivery::Column::Id.eq(id));
    let Some(delivery) = find().one(transaction).await? else {
        return Ok(false);
    };
    user::Entity::find_by_id(delivery.user_id)
        .lock_shared()
        .one(transaction)
        .await?;
    // The user may have been deleted before they could be locked.
    Ok(find().one(transaction).await?.is_some())
}

/// Enqueues an event for an endpoint, which may never have had it.
async fn enqueue(
    transaction: &impl ConnectionTrait,
    endpoint: &Endpoint,
    id: Uuid,
    now: Timestamp,
) -> Result<(), DbErr> {
    const SQL: &str = "INSERT INTO webhook_deliveries \
            (id, endpoint, event, user_id, email, created_at, enqueued_at, due_at, attempts) \
        SELECT id, $2, event, user_id, email, created_at, $3, $3, 0 FROM webhook_deliveries WHERE id = $1 LIMIT 1 \
        ON CONFLICT (id, endpoint) DO UPDATE SET enqueued_at = excluded.enqueued_at, due_at = excluded.due_at, attempts = 0, \
            lease = NULL, delivered_at = NULL, traceparent = NULL";
    let values = [id.into(), endpoint.id.as_str().into(), now.into()];
    transaction.execute_raw(statement(transaction, SQL, values)).await?;
    Ok(())
}
