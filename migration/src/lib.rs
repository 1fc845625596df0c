//! The steps that build the schema of the database, oldest first: one file per step.

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

mod m20261125_000001_initial_schema;

/// The schema version that this server was written for. A step whose result older servers cannot work with raises it by
/// one and writes it to `schema_compatibility.minimum_version`: those servers then refuse to start. After any other
/// step they keep working, so that replicas can be replaced one by one.
pub const SCHEMA_VERSION: i32 = 1;

/// All steps, in the order in which they are applied.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m20261125_000001_initial_schema::Migration)]
    }
}
