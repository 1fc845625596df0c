//! The steps that build the schema of the database, oldest first: one file a step.

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

mod m20261122_000001_accounts;
mod m20261122_000002_email_outbox;
mod m20261122_000003_rate_limits;

/// All steps, in the order in which they are applied.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_accounts::Migration),
            Box::new(m20261122_000002_email_outbox::Migration),
            Box::new(m20261122_000003_rate_limits::Migration),
        ]
    }
}
