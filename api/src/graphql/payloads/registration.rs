//! From a registration to an active user.

use async_graphql::{InputObject, SimpleObject};

use crate::accounts::{CodeSent, StartedVerification};
use crate::graphql::errors::whole_seconds;
use crate::graphql::types::{Session, User};
use crate::graphql::user_error::UserError;

/// Registration details.
#[derive(InputObject)]
pub(in crate::graphql) struct RegisterInput {
    /// The address that receives the code. At most 254 octets; surrounding space is dropped, case does not matter. Text
    /// that is not an address is `INVALID_EMAIL`.
    pub email: String,
    /// 8 to 128 Unicode code points of any kind, used exactly as sent: never trim or change them. `registrationPolicy`
    /// has the numbers.
    pub password: String,
    /// The language of emails to this user, as a BCP 47 tag such as `de-AT`: English, German, French or Spanish. Without
    /// it, or for another language, the `Accept-Language` header counts, and then the default of the server.
    pub locale: Option<String>,
}

/// The code, and which registration it completes.
#[derive(InputObject)]
pub(in crate::graphql) struct ActivateInput {
    /// The 4 to 8 digits from the email, as a string with its leading zeros: `"0042"`. Strip spaces from pasted text;
    /// anything but digits is `INVALID_CODE` and costs no try.
    pub activation_code: String,
    /// The token that `register` returned. Without it the request needs HTTP Basic (email, password, in UTF-8).
    pub verification_token: Option<String>,
}

/// Which registration needs a new code.
#[derive(InputObject, Default)]
pub(in crate::graphql) struct ResendActivationCodeInput {
    /// The token that `register` returned. Without it the request needs HTTP Basic (email, password, in UTF-8).
    pub verification_token: Option<String>,
}

/// An email with a code that is on its way. Its fields are null when the mutation was refused.
#[derive(SimpleObject, Default)]
pub(in crate::graphql) struct CodeEmail {
    /// How long the emailed code can be used, in seconds, counted from when the email is sent. The answer can arrive
    /// before that, so this is an estimate for a countdown: never disable the input at zero. Null when refused.
    pub code_expires_in_seconds: Option<i32>,
    /// How many digits the emailed code has, 4 to 8: draw this many boxes. A later code can have more. Null when refused.
    pub code_length: Option<u8>,
    /// How long until the next email can be requested, in seconds: enable the resend button then. Null when refused.
    pub resend_available_in_seconds: Option<i32>,
}

impl CodeEmail {
    /// What a payload says of a verification: its email and its token. Neither if it was refused.
    pub(in crate::graphql) fn and_token(started: Option<StartedVerification>) -> (Self, Option<String>) {
        let Some(StartedVerification { token, sent }) = started else {
            return (Self::default(), None);
        };
        (sent.into(), Some(token.reveal()))
    }
}

impl From<CodeSent> for CodeEmail {
    fn from(sent: CodeSent) -> Self {
        Self {
            code_expires_in_seconds: Some(whole_seconds(sent.code_ttl)),
            code_length: Some(sent.code_length),
            resend_available_in_seconds: Some(whole_seconds(sent.resend_in)),
        }
    }
}

/// The answer to `register`. It is the same whether the address was known or not, so always show the code form.
#[derive(SimpleObject, Default)]
pub(in crate::graphql) struct RegisterPayload {
    #[graphql(flatten)]
    pub email: CodeEmail,
    /// Names this registration in `activate` and `resendActivationCode`, in place of HTTP Basic, for 24 hours. Keep it
    /// until the account is active; never put it into a URL. Null when refused.
    pub verification_token: Option<String>,
    /// Why the mutation was refused; empty on success. Check this, not the HTTP status.
    pub user_errors: Vec<UserError>,
}

/// The answer to `resendActivationCode`. On success the previous code no longer works: empty the boxes.
#[derive(SimpleObject, Default)]
pub(in crate::graphql) struct ResendActivationCodePayload {
    #[graphql(flatten)]
    pub email: CodeEmail,
    /// Why the mutation was refused; empty on success. Check this, not the HTTP status.
    pub user_errors: Vec<UserError>,
}

/// The answer to `activate`. With a `session` the user is signed in.
#[derive(SimpleObject, Default)]
pub(in crate::graphql) struct ActivatePayload {
    /// The user, active now or before. Null when refused, unless the code is `ALREADY_ACTIVATED` and the caller
    /// authenticated with HTTP Basic.
    pub user: Option<User>,
    /// A session, so that a frontend need not ask for the password again. Null when refused. With `ALREADY_ACTIVATED`,
    /// continue with `signIn`.
    pub session: Option<Session>,
    /// Why the mutation was refused; empty on success. Check this, not the HTTP status.
    pub user_errors: Vec<UserError>,
}
