//! Users, their live codes and their sessions.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, binary, integer, string, string_len, uuid};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("users")
                    .col(uuid("id").primary_key())
                    .col(string("email"))
                    .col(string("email_canonical").unique_key())
                    .col(string("password_hash"))
                    .col(string_len("status", 16))
                    .col(big_integer("created_at"))
                    .col(big_integer_null("activated_at"))
                    .to_owned(),
            )
            .await?;
        // The sweep looks for old pending users.
        manager
            .create_index(
                Index::create()
                    .name("users_status_created_at")
                    .table("users")
                    .col("status")
                    .col("created_at")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("verification_codes")
                    .col(uuid("user_id"))
                    .col(string_len("purpose", 32))
                    .col(binary("draw"))
                    .col(integer("digits"))
                    .col(integer("attempts"))
                    .col(uuid("mail_id"))
                    .col(big_integer("drawn_at"))
                    .col(big_integer("expires_at"))
                    .primary_key(Index::create().col("user_id").col("purpose"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("verification_codes", "user_id")
                            .to("users", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("sessions")
                    .col(uuid("id").primary_key())
                    .col(uuid("user_id"))
                    .col(binary("token_digest").unique_key())
                    .col(big_integer("created_at"))
                    .col(big_integer("last_used_at"))
                    .col(big_integer("expires_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("sessions", "user_id")
                            .to("users", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        // Deleting a user looks for their sessions; the sweep for those that ended.
        for column in ["user_id", "expires_at", "last_used_at"] {
            manager
                .create_index(
                    Index::create()
                        .name(format!("sessions_{column}"))
                        .table("sessions")
                        .col(column)
                        .to_owned(),
                )
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["sessions", "verification_codes", "users"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
