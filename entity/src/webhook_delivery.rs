//! Webhook deliveries: one row for each event and endpoint. A row is written in the transaction of what it reports, and
//! kept for a while after it is delivered or given up, so that it can be replayed.

use sea_orm::entity::prelude::*;

use crate::{HiddenText, Timestamp};

/// A row of `webhook_deliveries`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_deliveries")]
pub struct Model {
    /// The event: UUID version 7, the same for all endpoints and attempts.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The endpoint: a digest of its URL.
    #[sea_orm(primary_key, auto_increment = false)]
    pub endpoint: String,
    /// The type of the event, such as `user.activated`.
    pub event: String,
    /// The user. There is no foreign key, because the event that reports a deletion outlives the user.
    pub user_id: Uuid,
    /// The address of the user after the event; null if they were deleted.
    pub email: Option<HiddenText>,
    /// When it happened.
    pub created_at: Timestamp,
    /// When it was last enqueued: when it happened, or when it was replayed.
    pub enqueued_at: Timestamp,
    /// When it may be claimed: at once, after a pause, or when the lease of a dead worker ends. Null once it is
    /// delivered or given up.
    pub due_at: Option<Timestamp>,
    /// How many times a worker has claimed it since it was enqueued.
    pub attempts: i32,
    /// The lease of the worker that holds it. Every later statement requires it.
    pub lease: Option<Uuid>,
    /// When the endpoint accepted it.
    pub delivered_at: Option<Timestamp>,
    /// The outcome of the last attempt, in our own words.
    pub outcome: Option<String>,
    /// The span of the request that caused it (W3C Trace Context), if that was traced. Null once it is replayed.
    pub traceparent: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
