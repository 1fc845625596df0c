//! `api after-restore`: what an operator runs once after a backup is restored, before a server starts.

use std::error::Error;

use secrecy::ExposeSecret;

use crate::accounts::{self, EndedByRestore};
use crate::database;
use crate::settings::Settings;

/// Runs the command on the database of `DATABASE_URL`, and prints what has ended.
///
/// # Errors
/// When the database cannot be used, or its schema is not that of this program.
pub async fn run(settings: &Settings) -> Result<(), Box<dyn Error>> {
    let db = database::connect(settings.database_url()?.expose_secret()).await?;
    database::check_schema(&db).await?;
    let ended = accounts::after_restore(&db).await;
    db.close().await?;
    let EndedByRestore {
        sessions,
        verifications,
        emails,
        webhooks,
    } = ended?;
    Ok(http_server::print(format!(
        "ended: {sessions} sessions, {verifications} open verifications\n\
         dropped: {emails} emails, {webhooks} webhooks (api webhooks replay sends them again)\n"
    ))?)
}
