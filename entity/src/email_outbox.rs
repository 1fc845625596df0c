//! A mail that is owed. It was written with what it tells of, in one transaction, and is deleted once it is sent.

use sea_orm::entity::prelude::*;

use crate::{MailKind, Timestamp};

/// A row of `email_outbox`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "email_outbox")]
pub struct Model {
    /// UUID version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// To whom; the row goes with the user.
    pub user_id: Uuid,
    /// Which mail.
    pub kind: MailKind,
    /// When it was owed.
    pub created_at: Timestamp,
    /// When it may be claimed: at once, after a pause, or when the lease of a worker that died ends.
    pub due_at: Timestamp,
    /// How many times a worker has claimed it.
    pub attempts: i32,
    /// The claim of the worker that holds it. Whoever holds another one, or none, changes nothing.
    pub lease: Option<Uuid>,
    /// The user it is for.
    #[sea_orm(belongs_to, from = "user_id", to = "id")]
    pub user: HasOne<super::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
