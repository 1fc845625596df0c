//! `api users`: everything an operator does with accounts. No command takes or prints a password.

mod account;
mod change;
mod error;
mod events;
mod export;
mod import;
mod list;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Subcommand;
use secrecy::ExposeSecret;

pub use self::account::Target;
use self::change::Change;
use self::list::StatusFilter;
use crate::accounts::Operator;
use crate::audit::Audit;
use crate::clock::{Clock, SystemClock};
use crate::database;
use crate::random::SystemRandom;
use crate::settings::Settings;
use crate::webhooks::Webhooks;

/// What to do with accounts. Runs beside a running server, on the database of `DATABASE_URL`.
#[derive(Subcommand)]
pub enum UsersCommand {
    /// List accounts, the oldest first: users, then open registrations
    List {
        /// Only accounts of this status
        #[arg(long, value_name = "STATUS")]
        status: Option<StatusFilter>,
        /// Print one JSON object per line
        #[arg(long)]
        json: bool,
    },
    /// Show one account
    Show(Target),
    /// Print what happened to an account, the newest first; for a deleted user, give the id
    Events(Target),
    /// Turn an open registration into a user, without its code. The person who registered knows the password
    Activate(Target),
    /// Disable a user: all sessions end at once, and signing in is refused
    Disable(Target),
    /// Let a disabled user sign in again
    Enable(Target),
    /// Delete a user and their data, or an open registration
    Delete(Target),
    /// End all sessions of a user
    SignOut(Target),
    /// Insert users from JSON lines: email, hash, created, active; see docs/users.md
    Import {
        /// The file, or - for standard input
        file: PathBuf,
        /// Check every line, and change nothing
        #[arg(long)]
        dry_run: bool,
        /// Print the report as one JSON object per line
        #[arg(long)]
        json: bool,
    },
    /// Print all users as JSON lines that `import` reads. They contain password hashes: keep them secret
    Export {
        /// No effect: the output is always JSON
        #[arg(long)]
        json: bool,
    },
}

/// Runs a command. Returns the exit code: 1 for a failure, 3 if lines of an import were refused, 4 if there is no such
/// account.
///
/// # Errors
/// When the database cannot be used, or its schema is not that of this program.
pub async fn run(command: UsersCommand, settings: &Settings) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let db = database::connect(settings.database_url()?.expose_secret()).await?;
    database::check_schema(&db).await?;
    let operator = Operator {
        db: db.clone(),
        webhooks: Webhooks::new(&settings.webhooks()?, Arc::new(SystemClock), Arc::new(SystemRandom)),
        audit: Audit::new(Arc::new(SystemRandom)),
    };
    let now = SystemClock.now();
    let done = match command {
        UsersCommand::List { status, json } => list::list(&db, status, json, now).await,
        UsersCommand::Show(target) => change::show(&db, &target, now).await,
        UsersCommand::Events(target) => events::events(&db, &target, now).await,
        UsersCommand::Activate(target) => change::change(&operator, Change::Activate, &target, now).await,
        UsersCommand::Disable(target) => change::change(&operator, Change::Disable, &target, now).await,
        UsersCommand::Enable(target) => change::change(&operator, Change::Enable, &target, now).await,
        UsersCommand::Delete(target) => change::change(&operator, Change::Delete, &target, now).await,
        UsersCommand::SignOut(target) => change::change(&operator, Change::SignOut, &target, now).await,
        UsersCommand::Import { file, dry_run, json } => import::import(&db, &file, dry_run, json).await,
        UsersCommand::Export { json: _ } => export::export(&db).await,
    };
    let closed = db.close().await;
    match done {
        Ok(()) => {
            closed?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            http_server::print_error(format_args!("error: {error}"));
            Ok(error.exit_code())
        }
    }
}
