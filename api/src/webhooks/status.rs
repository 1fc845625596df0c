//! What an operator sees of an endpoint.

use entity::Timestamp;
use entity::disabled_webhook_endpoint::Entity as DisabledEndpoint;
use entity::webhook_delivery::{Column, Entity as Deliveries, Model as Delivery};
use sea_orm::{
    ColumnTrait, DatabaseConnection, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

use super::endpoint::Endpoint;

/// The state of an endpoint.
pub(crate) struct EndpointStatus {
    /// When it was disabled; none while it is enabled.
    pub disabled_at: Option<Timestamp>,
    /// How many deliveries are pending.
    pub pending: u64,
    /// How many were given up.
    pub given_up: u64,
    /// The newest of these.
    pub newest: Vec<Delivery>,
}

/// The state of an endpoint, with the newest `limit` deliveries that were given up.
pub(crate) async fn of(db: &DatabaseConnection, endpoint: &Endpoint, limit: u64) -> Result<EndpointStatus, DbErr> {
    let of_endpoint = || Deliveries::find().filter(Column::Endpoint.eq(endpoint.id.as_str()));
    let (pending, failed) = (pending(of_endpoint()), given_up(of_endpoint()));
    let disabled = DisabledEndpoint::find_by_id(endpoint.id.clone()).one(db).await?;
    Ok(EndpointStatus {
        disabled_at: disabled.map(|row| row.disabled_at),
        pending: pending.count(db).await?,
        given_up: failed.clone().count(db).await?,
        newest: failed.order_by_desc(Column::EnqueuedAt).limit(limit).all(db).await?,
    })
}

/// How many deliveries are pending for endpoints other than these.
pub(crate) async fn pending_for_others(db: &DatabaseConnection, endpoints: &[Endpoint]) -> Result<u64, DbErr> {
    let ids = endpoints.iter().map(|endpoint| endpoint.id.as_str());
    pending(Deliveries::find().filter(Column::Endpoint.is_not_in(ids)))
        .count(db)
        .await
}

fn pending(deliveries: Select<Deliveries>) -> Select<Deliveries> {
    deliveries.filter(Column::DueAt.is_not_null())
}

fn given_up(deliveries: Select<Deliveries>) -> Select<Deliveries> {
    deliveries
        .filter(Column::DueAt.is_null())
        .filter(Column::DeliveredAt.is_null())
}
