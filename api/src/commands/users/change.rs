//! The commands on one account.

use entity::Timestamp;
use sea_orm::DatabaseConnection;
use serde::Serialize;

use super::account::{AccountJson, Target, json, status_name};
use super::error::UsersError;
use crate::accounts::{
    Account, AccountKey, AccountStatus, Operator, OperatorActivation, activate_by_operator, delete_registration,
    delete_user, disable_user, enable_user, end_sessions, find_account,
};
use crate::commands::output::Output;

/// What to do with an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Activate,
    Disable,
    Enable,
    Delete,
    SignOut,
}

/// What a command did.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    /// False if the account was already so.
    changed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_sessions: Option<u64>,
    account: AccountJson,
}

pub(super) async fn show(db: &DatabaseConnection, target: &Target, now: Timestamp) -> Result<(), UsersError> {
    let account = find(db, &target.account, now).await?;
    if target.json {
        return print(&json(&AccountJson::from(&account)));
    }
    let mut lines = vec![
        format!("email      {}", account.email.0),
        format!("id         {}", account.id),
        format!("status     {}", status_name(account.status)),
        format!("created    {}", account.created_at.to_rfc3339()),
    ];
    let instants = [("activated", account.activated_at), ("disabled ", account.disabled_at)];
    for (name, instant) in instants {
        lines.extend(instant.map(|instant| format!("{name}  {}", instant.to_rfc3339())));
    }
    lines.extend(account.locale.map(|locale| format!("locale     {locale}")));
    print(&lines.join("\n"))
}

pub(super) async fn change(
    operator: &Operator,
    change: Change,
    target: &Target,
    now: Timestamp,
) -> Result<(), UsersError> {
    let before = find(&operator.db, &target.account, now).await?;
    let (changed, ended_sessions) = apply(operator, change, &before, now).await?;
    let after = match change {
        Change::Delete => before,
        _ => find(&operator.db, &AccountKey::Id(before.id), now).await?,
    };
    if target.json {
        let account = AccountJson::from(&after);
        return print(&json(&Outcome {
            changed,
            ended_sessions,
            account,
        }));
    }
    let done = match (change, changed) {
        (Change::Activate, true) => "activated",
        (Change::Activate, false) => "already a user",
        (Change::Disable, true) => "disabled",
        (Change::Disable, false) => "already disabled",
        (Change::Enable, true) => "enabled",
        (Change::Enable, false) => "already enabled",
        (Change::Delete, _) => "deleted",
        (Change::SignOut, _) => "signed out",
    };
    let sessions = match ended_sessions {
        None => String::new(),
        Some(1) => ", 1 session ended".to_owned(),
        Some(count) => format!(", {count} sessions ended"),
    };
    print(&format!("{}: {done}{sessions}", after.email.0))
}

/// Whether anything changed, and how many sessions ended.
async fn apply(
    operator: &Operator,
    change: Change,
    account: &Account,
    now: Timestamp,
) -> Result<(bool, Option<u64>), UsersError> {
    let (id, pending) = (account.id, account.status == AccountStatus::Pending);
    match change {
        Change::Activate if !pending => Ok((false, None)),
        Change::Activate => match activate_by_operator(operator, now, id).await? {
            OperatorActivation::Activated(_) => Ok((true, None)),
            OperatorActivation::AddressTaken | OperatorActivation::Gone => Err(UsersError::Changed),
        },
        Change::Delete if pending => {
            let deleted = delete_registration(operator, id).await?;
            if deleted {
                Ok((true, None))
            } else {
                Err(UsersError::Changed)
            }
        }
        Change::Delete => {
            let ended = delete_user(operator, now, id).await?;
            Ok((true, Some(ended.ok_or(UsersError::Changed)?)))
        }
        _ if pending => Err(UsersError::Pending),
        Change::Disable => {
            let ended = disable_user(operator, now, id).await?;
            Ok((ended.is_some(), ended))
        }
        Change::Enable => Ok((enable_user(operator, now, id).await?, None)),
        Change::SignOut => {
            let ended = end_sessions(operator, now, id).await?;
            Ok((true, Some(ended.ok_or(UsersError::Changed)?)))
        }
    }
}

async fn find(db: &DatabaseConnection, key: &AccountKey, now: Timestamp) -> Result<Account, UsersError> {
    find_account(db, key, now).await?.ok_or(UsersError::NoAccount)
}

fn print(text: &str) -> Result<(), UsersError> {
    let mut output = Output::new();
    output.line(text)?;
    output.flush()?;
    Ok(())
}
