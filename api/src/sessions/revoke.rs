//! Ending a session.

use entity::session;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use super::SessionToken;

/// Ends the session of a token, if there is one.
pub(crate) async fn revoke(db: &impl ConnectionTrait, token: &SessionToken) -> Result<(), DbErr> {
    session::Entity::delete_many()
        .filter(session::Column::TokenDigest.eq(token.digest()))
        .exec(db)
        .await?;
    Ok(())
}
