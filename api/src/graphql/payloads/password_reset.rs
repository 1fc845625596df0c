//! Replacing a forgotten password.

use async_graphql::{InputObject, SimpleObject};

use super::CodeEmail;
use crate::graphql::types::User;
use crate::graphql::user_error::UserError;

/// The address whose password is forgotten.
#[derive(InputObject)]
pub(in crate::graphql) struct RequestPasswordResetInput {
    /// The registered address; case does not matter. Text that is not an address is `INVALID_EMAIL`.
    pub email: String,
    /// The language of the email if no account uses the address, as a BCP 47 tag such as `de-AT`: English, German, French or
    /// Spanish. Without it, or for another language, the `Accept-Language` header counts, and then the default of the
    /// server. An email to a user is in the user's language.
    pub locale: Option<String>,
}

/// The code, the reset that it completes, and the new password.
#[derive(InputObject)]
pub(in crate::graphql) struct ResetPasswordInput {
    /// The token that `requestPasswordReset` returned.
    pub verification_token: String,
    /// The 8 digits from the email, as a string with its leading zeros. Strip spaces from pasted text; anything but digits
    /// is `INVALID_CODE` and costs no try.
    pub code: String,
    /// 8 to 128 Unicode code points of any kind, used exactly as sent: never trim or change them. `registrationPolicy`
    /// has the numbers. A refused password costs no try.
    pub new_password: String,
}

/// The answer to `requestPasswordReset`. It is the same whether the address was known or not, so always show the code
/// form.
#[derive(SimpleObject, Default)]
pub(in crate::graphql) struct RequestPasswordResetPayload {
    #[graphql(flatten)]
    pub email: CodeEmail,
    /// Names this reset in `resetPassword`, for one hour. Keep it until the password is replaced; never put it into a URL.
    /// Null when refused.
    pub verification_token: Option<String>,
    /// Why the mutation was refused; empty on success. Check this, not the HTTP status.
    pub user_errors: Vec<UserError>,
}

/// The answer to `resetPassword`. It opens no session: continue with `signIn`.
#[derive(SimpleObject, Default)]
pub(in crate::graphql) struct ResetPasswordPayload {
    /// The user, who has the new password. Null when refused.
    pub user: Option<User>,
    /// Why the mutation was refused; empty on success. Check this, not the HTTP status.
    pub user_errors: Vec<UserError>,
}
