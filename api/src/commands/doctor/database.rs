//! The database: whether it answers, its schema, whose key it has, and its clock.

use sea_orm::DatabaseConnection;
use secrecy::ExposeSecret;

use super::finding::Finding;
use crate::clock::SystemClock;
use crate::settings::Settings;
use crate::{clock_offset, database, secret_key_check};

pub(super) async fn check(settings: &Settings) -> Vec<Finding> {
    const CHECK: &str = "database";
    let url = match settings.database_url() {
        Ok(url) => url,
        Err(error) => return vec![Finding::wrong(CHECK, error.to_string())],
    };
    if database::is_missing_file(url.expose_secret()) {
        let missing = "DATABASE_URL: the file does not exist; `api migrate` and the first start create it";
        return vec![Finding::wrong(CHECK, missing)];
    }
    let db = match database::connect(url.expose_secret()).await {
        Ok(db) => db,
        Err(error) => return vec![Finding::wrong(CHECK, error.to_string())],
    };
    let mut findings = vec![Finding::ok(CHECK, "answers")];
    let schema = schema(&db).await;
    let is_migrated = schema.ok;
    findings.push(schema);
    // It may need to be migrated for this.
    if is_migrated && !settings.keeps_secret_key() {
        findings.extend(key(settings, &db).await);
    }
    findings.push(clock(&db).await);
    let _ = db.close().await;
    findings
}

async fn schema(db: &DatabaseConnection) -> Finding {
    const CHECK: &str = "schema";
    match database::check_schema(db).await {
        Ok(()) => Finding::ok(CHECK, format!("version {}", migration::SCHEMA_VERSION)),
        Err(error) => Finding::wrong(CHECK, error.to_string()),
    }
}

async fn key(settings: &Settings, db: &DatabaseConnection) -> Option<Finding> {
    const CHECK: &str = "same key";
    // Another check reports why it cannot be used.
    let keys = settings.keys().ok()?;
    Some(match secret_key_check::would_start(db, &keys).await {
        Ok(true) => Finding::ok(CHECK, "no server of this database has another key"),
        Ok(false) => Finding::wrong(
            CHECK,
            "SECRET_KEY: not the key with which this database was used last; use that key, or rotate it as \
             docs/operations.md describes",
        ),
        Err(error) => Finding::wrong(CHECK, format!("cannot read the table secret_key_check: {error}")),
    })
}

async fn clock(db: &DatabaseConnection) -> Finding {
    const CHECK: &str = "clock";
    match clock_offset::offset(db, &SystemClock).await {
        Ok(None) => Finding::ok(CHECK, "SQLite uses that of this machine"),
        Ok(Some(offset)) => {
            let side = if offset.millis() < 0 { "behind" } else { "ahead of" };
            let difference = format!("{} ms {side} the database's", offset.millis().unsigned_abs());
            if offset.is_too_large() {
                Finding::wrong(CHECK, format!("{difference}; synchronize both, for example with NTP"))
            } else {
                Finding::ok(CHECK, difference)
            }
        }
        Err(error) => Finding::wrong(CHECK, format!("cannot read the clock of the database: {error}")),
    }
}
