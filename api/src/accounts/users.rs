//! The statements on users that several use cases share.

use entity::{HiddenText, user};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

/// Replaces the password of the user that a condition selects, and ends what was verified with the old one. Returns the
/// user; `None` if the condition selects nobody.
pub(super) async fn set_password(
    transaction: &impl ConnectionTrait,
    selected: Condition,
    hash: String,
) -> Result<Option<user::Model>, DbErr> {
    let updated = user::Entity::update_many()
        .col_expr(user::Column::PasswordHash, Expr::value(HiddenText(hash)))
        .col_expr(
            user::Column::CredentialVersion,
            Expr::col(user::Column::CredentialVersion).add(1),
        )
        .filter(selected)
        .exec_with_returning(transaction)
        .await?;
    Ok(updated.into_iter().next())
}
