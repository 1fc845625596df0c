//! A person who proved a mailbox.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{Condition, QuerySelect, Select, UpdateMany};

use crate::{HiddenText, Timestamp};

/// A row of `users`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    /// UUID version 7: the id of the registration that created the user.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The address as typed, without surrounding space.
    pub email: HiddenText,
    /// The canonical form of the address; unique.
    #[sea_orm(unique)]
    pub email_canonical: HiddenText,
    /// Kind, cost, salt and digest: a PHC string, or an imported hash as other software wrote it.
    pub password_hash: HiddenText,
    /// Raised by every change that must end what was verified before it: a new password, a disabled account.
    pub credential_version: i32,
    /// The language for emails (BCP 47); null for the default.
    pub locale: Option<String>,
    /// When the registration was accepted.
    pub created_at: Timestamp,
    /// When the right code was submitted.
    pub activated_at: Timestamp,
    /// When an operator disabled the account; null while it is enabled.
    pub disabled_at: Option<Timestamp>,
}

impl ActiveModelBehavior for ActiveModel {}

/// The user of a canonical address.
#[must_use]
pub fn by_canonical_email(canonical: &str) -> Select<Entity> {
    Entity::find().filter(Column::EmailCanonical.eq(HiddenText(canonical.to_owned())))
}

/// The password hash of the user of a canonical address.
#[must_use]
pub fn password_hash_of(canonical: &str) -> Select<Entity> {
    by_canonical_email(canonical).select_only().column(Column::PasswordHash)
}

/// The condition of a user who is enabled and has the credentials of this row, which were verified.
#[must_use]
pub fn as_verified(verified: &Model) -> Condition {
    Condition::all()
        .add(Column::Id.eq(verified.id))
        .add(Column::CredentialVersion.eq(verified.credential_version))
        .add(Column::DisabledAt.is_null())
}

/// An update that ends what was verified with the credentials that the selected user had.
#[must_use]
pub fn raise_credential_version(selected: Condition) -> UpdateMany<Entity> {
    let raised = Expr::col(Column::CredentialVersion).add(1);
    Entity::update_many()
        .col_expr(Column::CredentialVersion, raised)
        .filter(selected)
}
