//! Which servers can still work with the schema.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::integer;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("schema_compatibility")
                    .col(integer("minimum_version").primary_key())
                    .to_owned(),
            )
            .await?;
        let first = Query::insert()
            .into_table("schema_compatibility")
            .columns(["minimum_version"])
            .values_panic([1.into()])
            .to_owned();
        manager.execute(first).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("schema_compatibility").to_owned())
            .await
    }
}
