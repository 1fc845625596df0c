//! Reads an address from the database.

use entity::HiddenText;
use sea_orm::DbErr;

use super::DomainError;
use crate::credentials::EmailAddress;

/// The address of a stored row, which was parsed before it was stored.
pub(super) fn stored_address(email: &HiddenText) -> Result<EmailAddress, DomainError> {
    let unreadable = || DbErr::Custom("cannot parse the stored address".to_owned());
    Ok(EmailAddress::parse(&email.0).map_err(|_| unreadable())?)
}
