//! Changing the email address of an account.

use async_graphql::{InputObject, SimpleObject};

use super::CodeEmail;
use crate::graphql::types::User;
use crate::graphql::user_error::UserError;

/// The new address, and the current password.
#[derive(InputObject)]
pub(in crate::graphql) struct RequestEmailChangeInput {
    /// The address that receives the code. Text that is not an address is `INVALID_EMAIL`, the current address
    /// `EMAIL_UNCHANGED`.
    pub new_email: String,
    /// The current password, exactly as typed. A wrong one is `INVALID_CREDENTIALS`.
    pub current_password: String,
    /// The language of the emails, as a BCP 47 tag such as `de-AT`, if the user has none stored: English, German, French or
    /// Spanish. Without it, or for another language, the `Accept-Language` header counts, and then the default of the
    /// server.
    pub locale: Option<String>,
}

/// The code, and the change that it completes.
#[derive(InputObject)]
pub(in crate::graphql) struct ConfirmEmailChangeInput {
    /// The token that `requestEmailChange` returned.
    pub verification_token: String,
    /// The 8 digits from the email, as a string with its leading zeros. Strip spaces from pasted text; anything but digits
    /// is `INVALID_CODE` and costs no try.
    pub code: String,
}

/// The answer to `requestEmailChange`. It is the same whether the address was known or not, so always show the code form.
#[derive(SimpleObject, Default)]
pub(in crate::graphql) struct RequestEmailChangePayload {
    #[graphql(flatten)]
    pub email: CodeEmail,
    /// Names this change in `confirmEmailChange`, for one hour. Keep it until the address is changed; never put it into a
    /// URL. Null when refused.
    pub verification_token: Option<String>,
    /// Why the mutation was refused; empty on success. Check this, not the HTTP status.
    pub user_errors: Vec<UserError>,
}

/// The answer to `confirmEmailChange`. The session stays open.
#[derive(SimpleObject, Default)]
pub(in crate::graphql) struct ConfirmEmailChangePayload {
    /// The user, who has the new address. Null when refused.
    pub user: Option<User>,
    /// Why the mutation was refused; empty on success. Check this, not the HTTP status.
    pub user_errors: Vec<UserError>,
}
