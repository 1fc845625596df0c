//! Webhook endpoints that want no more events.

use sea_orm::entity::prelude::*;

use crate::Timestamp;

/// A row of `disabled_webhook_endpoints`. An endpoint without a row is enabled.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "disabled_webhook_endpoints")]
pub struct Model {
    /// A digest of its URL.
    #[sea_orm(primary_key, auto_increment = false)]
    pub endpoint: String,
    /// When it answered 410 (Gone).
    pub disabled_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}
