//! Ends what a restored backup revives.

use entity::{email_outbox, session, verification};
use sea_orm::{ColumnTrait, DatabaseConnection, DbErr, EntityTrait, PaginatorTrait, QueryFilter};

use crate::{clock_check, database, webhooks};

/// How many rows [`after_restore`] has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndedByRestore {
    /// Sessions of any user.
    pub sessions: u64,
    /// Open verifications.
    pub verifications: u64,
    /// Pending emails.
    pub emails: u64,
    /// Pending webhooks.
    pub webhooks: u64,
}

/// Ends what a backup may revive although it has ended since: sessions that were revoked, codes that were used, tokens
/// that were replaced, and emails and webhooks that were sent. Nobody can tell which have ended, so all of them end.
/// Everything else stays: users, consumed verifications and limits.
///
/// # Errors
/// When the database fails. Then nothing has changed.
pub async fn after_restore(db: &DatabaseConnection) -> Result<EndedByRestore, DbErr> {
    let transaction = database::begin_without_timeout(db).await?;
    // Some go with their verifications.
    let emails = email_outbox::Entity::find().count(&transaction).await?;
    // Open resets too: all of them end at once, so their end does not tell whether an address has a user.
    let verifications = verification::Entity::delete_many()
        .filter(verification::Column::ConsumedAt.is_null())
        .exec(&transaction)
        .await?;
    email_outbox::Entity::delete_many().exec(&transaction).await?;
    let webhooks = webhooks::give_all_up(&transaction, "dropped after a restore").await?;
    let sessions = session::Entity::delete_many().exec(&transaction).await?;
    clock_check::forget_last_sweep(&transaction).await?;
    transaction.commit().await?;
    Ok(EndedByRestore {
        sessions: sessions.rows_affected,
        verifications: verifications.rows_affected,
        emails,
        webhooks,
    })
}
