//! A session. Its token is shown once; only the digest is stored.

use sea_orm::entity::prelude::*;

use crate::{HiddenBytes, Timestamp};

/// A row of `sessions`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    /// UUID version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The user; the row is deleted with them.
    pub user_id: Uuid,
    /// SHA-256 of the token; unique.
    #[sea_orm(unique)]
    pub token_digest: HiddenBytes,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was last used, exact to an hour.
    pub last_used_at: Timestamp,
    /// The absolute end.
    pub expires_at: Timestamp,
    /// The User-Agent header at sign-in, at most 200 characters; null if there was none.
    pub user_agent: Option<String>,
    /// The client network at sign-in, such as `192.0.2.0/24`.
    pub network: String,
    /// The user it belongs to.
    #[sea_orm(belongs_to, from = "user_id", to = "id")]
    pub user: HasOne<super::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
