//! `api users export`: the form that `import` reads.

use entity::user;
use http_server::print_error;
use indicatif::ProgressBar;
use sea_orm::DatabaseConnection;
use serde::Serialize;

use super::account::json;
use super::error::UsersError;
use crate::accounts::next_users;
use crate::commands::output::Output;

/// A user as a line.
#[derive(Serialize)]
struct ExportedUser<'a> {
    id: String,
    email: &'a str,
    hash: &'a str,
    created: String,
    activated: String,
    /// Every user has proved their mailbox.
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<&'a str>,
}

impl<'a> From<&'a user::Model> for ExportedUser<'a> {
    fn from(user: &'a user::Model) -> Self {
        Self {
            id: user.id.to_string(),
            email: &user.email.0,
            hash: &user.password_hash.0,
            created: user.created_at.to_rfc3339(),
            activated: user.activated_at.to_rfc3339(),
            active: true,
            disabled: user.disabled_at.map(entity::Timestamp::to_rfc3339),
            locale: user.locale.as_deref(),
        }
    }
}

pub(super) async fn export(db: &DatabaseConnection) -> Result<(), UsersError> {
    print_error("The export contains password hashes. Keep it secret, and delete it after use.");
    let progress = ProgressBar::new_spinner().with_message("users");
    let mut output = Output::new();
    let mut after = None;
    loop {
        let users = next_users(db, after).await?;
        let Some(last) = users.last() else { break };
        after = Some(last.id);
        for user in &users {
            output.line(&json(&ExportedUser::from(user)))?;
        }
        if !output.flush()? {
            break;
        }
        progress.inc(users.len() as u64);
    }
    progress.finish_and_clear();
    Ok(())
}
