//! The mails that are owed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, integer, string_len, uuid, uuid_null};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("email_outbox")
                    .col(uuid("id").primary_key())
                    .col(uuid("user_id"))
                    .col(string_len("kind", 32))
                    .col(big_integer("created_at"))
                    .col(big_integer("due_at"))
                    .col(integer("attempts"))
                    .col(uuid_null("lease"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("email_outbox", "user_id")
                            .to("users", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        // A worker claims what is due; deleting a user looks for their mails.
        for column in ["due_at", "user_id"] {
            manager
                .create_index(
                    Index::create()
                        .name(format!("email_outbox_{column}"))
                        .table("email_outbox")
                        .col(column)
                        .to_owned(),
                )
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("email_outbox").to_owned()).await
    }
}
