//! Replacing a forgotten password.

use async_graphql::{Context, Object};

use crate::accounts;
use crate::credentials::{EmailAddress, NewPassword};
use crate::graphql::context::{app, caller};
use crate::graphql::errors::ApiError;
use crate::graphql::payloads::{
    CodeEmail, RequestPasswordResetInput, RequestPasswordResetPayload, ResetPasswordInput, ResetPasswordPayload,
};
use crate::graphql::user_error::UserError;
use crate::verification::{Code, VerificationToken};

#[derive(Default)]
pub(crate) struct PasswordResetMutations;

#[Object]
impl PasswordResetMutations {
    /// Email a code that resets the password. The answer never tells whether the address was known, so always continue with
    /// the code form. If no account uses the address, the email says so. For another code call it again: it
    /// returns a new token, and each works for one hour.
    ///
    /// Codes: `INVALID_EMAIL`, `RATE_LIMITED`. Later versions may add some, so a client needs a default.
    async fn request_password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The address whose password is forgotten.")] input: RequestPasswordResetInput,
    ) -> Result<RequestPasswordResetPayload, ApiError> {
        let (started, user_errors) = match EmailAddress::parse(&input.email) {
            Err(invalid) => (None, vec![invalid.into()]),
            Ok(email) => {
                let locale = caller(ctx).locale(input.locale.as_deref());
                let begun = Box::pin(accounts::request_password_reset(
                    app(ctx),
                    email,
                    locale,
                    caller(ctx).client(),
                ))
                .await;
                UserError::split(begun)?
            }
        };
        let (email, verification_token) = CodeEmail::and_token(started);
        Ok(RequestPasswordResetPayload {
            email,
            verification_token,
            user_errors,
        })
    }

    /// Replace a forgotten password. Ends every session of the user and opens none: continue with `signIn`. The user gets an
    /// email that says so.
    ///
    /// Codes: `VERIFICATION_NOT_FOUND`, `PASSWORD_TOO_SHORT`, `PASSWORD_TOO_LONG`, `PASSWORD_TOO_WEAK`, `INVALID_CODE`,
    /// `CODE_EXPIRED`, `TOO_MANY_ATTEMPTS`, `RATE_LIMITED`. Later versions may add some, so a client needs a default.
    async fn reset_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code, the reset that it completes, and the new password.")] input: ResetPasswordInput,
    ) -> Result<ResetPasswordPayload, ApiError> {
        let token = VerificationToken::new(input.verification_token);
        let (code, password) = (Code::parse(&input.code), NewPassword::parse(input.new_password));
        let (arrived, client) = (caller(ctx).arrived(), caller(ctx).client());
        let reset = Box::pin(accounts::reset_password(
            app(ctx),
            &token,
            code,
            password,
            arrived,
            client,
        ))
        .await;
        let (user, user_errors) = UserError::split(reset)?;
        let user_errors = user_errors.into_iter().map(UserError::of_new_password);
        Ok(ResetPasswordPayload {
            user: user.map(Into::into),
            user_errors: user_errors.map(UserError::of_code).collect(),
        })
    }
}
