//! Replaces the password of a user.

use entity::{HiddenText, user};
use sea_orm::sea_query::Expr;
use sea_orm::{Condition, ConnectionTrait, DbErr};

/// Replaces the password of the user that a condition selects, and ends what was verified with the old one. Returns the
/// user; `None` if the condition selects nobody.
pub(super) async fn set_password(
    transaction: &impl ConnectionTrait,
    selected: Condition,
    hash: String,
) -> Result<Option<user::Model>, DbErr> {
    let updated = user::raise_credential_version(selected)
        .col_expr(user::Column::PasswordHash, Expr::value(HiddenText(hash)))
        .exec_with_returning(transaction)
        .await?;
    Ok(updated.into_iter().next())
}
