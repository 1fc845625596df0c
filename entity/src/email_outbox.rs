//! The outbox: emails that are not sent yet. A row is written in the transaction of what it reports, and deleted once
//! the email is sent.

use sea_orm::entity::prelude::*;

use crate::{EmailKind, HiddenText, Timestamp};

/// A row of `email_outbox`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "email_outbox")]
pub struct Model {
    /// UUID version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What to write.
    pub kind: EmailKind,
    /// The address to write to, as typed.
    pub recipient: HiddenText,
    /// The domain that shares connections with no other: what its owner has registered, in its canonical form.
    pub domain: String,
    /// The verification whose code the email carries; the row is deleted with it. Null for a notice.
    pub verification_id: Option<Uuid>,
    /// The language (BCP 47); null for the default.
    pub locale: Option<String>,
    /// When the row was written.
    pub created_at: Timestamp,
    /// When it may be claimed: at once, after a pause, or when the lease of a dead worker ends.
    pub due_at: Timestamp,
    /// How many times a worker has claimed it.
    pub attempts: i32,
    /// The lease of the worker that holds it. Every later statement requires it.
    pub lease: Option<Uuid>,
    /// The span of the request that caused it (W3C Trace Context), if that was traced.
    pub traceparent: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
