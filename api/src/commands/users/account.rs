//! How an account is named and shown.

use clap::Args;
use serde::Serialize;

use crate::accounts::{Account, AccountKey, AccountStatus};
use crate::credentials::EmailAddress;

/// One account.
#[derive(Args)]
pub struct Target {
    /// The email address or the id of the account
    #[arg(value_name = "EMAIL-OR-ID", value_parser = account_key)]
    pub(super) account: AccountKey,
    /// Print a JSON object
    #[arg(long)]
    pub(super) json: bool,
}

/// Parses `EMAIL-OR-ID`.
pub(super) fn account_key(text: &str) -> Result<AccountKey, String> {
    if text.contains('@') {
        let email = EmailAddress::parse(text).map_err(|_| "expected a valid email address")?;
        return Ok(AccountKey::Email(email));
    }
    let id = text
        .parse()
        .map_err(|_| "expected an email address or the id of an account")?;
    Ok(AccountKey::Id(id))
}

/// An account in JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccountJson {
    id: String,
    email: String,
    status: &'static str,
    locale: Option<String>,
    created_at: String,
    activated_at: Option<String>,
    disabled_at: Option<String>,
}

impl From<&Account> for AccountJson {
    fn from(account: &Account) -> Self {
        Self {
            id: account.id.to_string(),
            email: account.email.0.clone(),
            status: status_name(account.status),
            locale: account.locale.clone(),
            created_at: account.created_at.to_rfc3339(),
            activated_at: account.activated_at.map(entity::Timestamp::to_rfc3339),
            disabled_at: account.disabled_at.map(entity::Timestamp::to_rfc3339),
        }
    }
}

/// The status in capitals, as the API writes it.
pub(super) fn status_name(status: AccountStatus) -> &'static str {
    match status {
        AccountStatus::Pending => "PENDING",
        AccountStatus::Active => "ACTIVE",
        AccountStatus::Disabled => "DISABLED",
    }
}

/// A JSON object in one line.
pub(super) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("text and numbers have a JSON form")
}
