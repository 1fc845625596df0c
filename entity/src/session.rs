//! An open session. The token is shown once; only its digest is kept.

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
    /// Whose session it is; the row goes with the user.
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
    /// The user it belongs to.
    #[sea_orm(belongs_to, from = "user_id", to = "id")]
    pub user: HasOne<super::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
