//! The order in which owed mails are claimed.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const NAME: &str = "email_outbox_attempts_due_at";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // A worker claims what was tried least, and of that what has been due for longest.
        let index = Index::create()
            .name(NAME)
            .table("email_outbox")
            .col("attempts")
            .col("due_at")
            .to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::drop().name(NAME).table("email_outbox").to_owned();
        manager.drop_index(index).await
    }
}
