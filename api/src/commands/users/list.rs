//! `api users list`.

use clap::ValueEnum;
use entity::Timestamp;
use sea_orm::{DatabaseConnection, prelude::Uuid};

use super::account::{AccountJson, json, status_name};
use super::error::UsersError;
use crate::accounts::{Account, AccountStatus, next_pending, next_users};
use crate::commands::output::Output;

/// Which accounts to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StatusFilter {
    /// Open registrations.
    Pending,
    /// Users who can sign in.
    Active,
    /// Disabled users.
    Disabled,
}

impl StatusFilter {
    fn allows(self, status: AccountStatus) -> bool {
        let allowed = match self {
            Self::Pending => AccountStatus::Pending,
            Self::Active => AccountStatus::Active,
            Self::Disabled => AccountStatus::Disabled,
        };
        allowed == status
    }
}

pub(super) async fn list(
    db: &DatabaseConnection,
    status: Option<StatusFilter>,
    as_json: bool,
    now: Timestamp,
) -> Result<(), UsersError> {
    let mut output = Output::new();
    let mut print = |accounts: &[Account]| {
        let allowed = |account: &&Account| status.is_none_or(|status| status.allows(account.status));
        for account in accounts.iter().filter(allowed) {
            output.line(&row(account, as_json))?;
        }
        output.flush()
    };
    if status != Some(StatusFilter::Pending) {
        let mut after = None;
        while let Some((last, accounts)) = users_after(db, after).await? {
            if !print(&accounts)? {
                return Ok(());
            }
            after = Some(last);
        }
    }
    if matches!(status, None | Some(StatusFilter::Pending)) {
        let mut after = None;
        loop {
            let accounts = next_pending(db, after, now).await?;
            let Some(last) = accounts.last() else { break };
            after = Some(last.id);
            if !print(&accounts)? {
                break;
            }
        }
    }
    Ok(())
}

async fn users_after(db: &DatabaseConnection, after: Option<Uuid>) -> Result<Option<(Uuid, Vec<Account>)>, UsersError> {
    let users = next_users(db, after).await?;
    let last = users.last().map(|user| user.id);
    Ok(last.map(|last| (last, users.into_iter().map(Account::from).collect())))
}

fn row(account: &Account, as_json: bool) -> String {
    if as_json {
        return json(&AccountJson::from(account));
    }
    format!(
        "{:8}  {}  {}  {}",
        status_name(account.status),
        account.id,
        account.created_at.to_rfc3339(),
        account.email.0
    )
}
