//! The steps that build the schema of the database, oldest first: one file a step.

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

mod m20261122_000001_accounts;
mod m20261122_000002_email_outbox;
mod m20261122_000003_rate_limits;
mod m20261122_000004_schema_compatibility;
mod m20261122_000005_outbox_order;

/// The version of the schema that this server was written for. A step that leaves behind a schema with which older servers
/// cannot work raises it by one, and sets `schema_compatibility.minimum_version` to it: those servers then refuse to
/// start. After any other step they keep working, so that replicas can be replaced one by one.
pub const SCHEMA_VERSION: i32 = 1;

/// All steps, in the order in which they are applied.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_accounts::Migration),
            Box::new(m20261122_000002_email_outbox::Migration),
            Box::new(m20261122_000003_rate_limits::Migration),
            Box::new(m20261122_000004_schema_compatibility::Migration),
            Box::new(m20261122_000005_outbox_order::Migration),
        ]
    }
}
