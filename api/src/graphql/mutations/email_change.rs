//! Changing the email address of an account.

use async_graphql::{Context, Object};

use crate::accounts::{self, NewAddress};
use crate::credentials::{EmailAddress, Password};
use crate::graphql::context::{app, caller};
use crate::graphql::errors::ApiError;
use crate::graphql::payloads::{
    CodeEmail, ConfirmEmailChangeInput, ConfirmEmailChangePayload, RequestEmailChangeInput, RequestEmailChangePayload,
};
use crate::graphql::user_error::UserError;
use crate::verification::{Code, VerificationToken};

#[derive(Default)]
pub(crate) struct EmailChangeMutations;

#[Object]
impl EmailChangeMutations {
    /// Email a code to the new address, and a notice to the current one. Needs a Bearer token. The answer never tells whether
    /// the new address has an account; if it has, its owner gets an email that says so. For another code call it again:
    /// the previous token ends. Each works for one hour.
    ///
    /// Codes: `INVALID_EMAIL`, `EMAIL_UNCHANGED`, `INVALID_CREDENTIALS`, `RATE_LIMITED`. Later versions may add some, so a
    /// client needs a default.
    async fn request_email_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new address, and the current password.")] input: RequestEmailChangeInput,
    ) -> Result<RequestEmailChangePayload, ApiError> {
        let session = caller(ctx).session(app(ctx)).await?;
        let (started, user_errors) = match EmailAddress::parse(&input.new_email) {
            Err(invalid) => (None, vec![UserError::from(invalid).of_new_email()]),
            Ok(email) => {
                let current = Password::new(input.current_password);
                let locale = caller(ctx).locale(input.locale.as_deref());
                let new = NewAddress { email, locale };
                UserError::split(
                    Box::pin(accounts::request_email_change(
                        app(ctx),
                        &session,
                        new,
                        &current,
                        caller(ctx).client(),
                    ))
                    .await,
                )?
            }
        };
        let (email, verification_token) = CodeEmail::and_token(started);
        Ok(RequestEmailChangePayload {
            email,
            verification_token,
            user_errors,
        })
    }

    /// Switch to the new address. Needs a Bearer token. The session stays open. The former address gets an email that
    /// says so, and open password resets end.
    ///
    /// Codes: `VERIFICATION_NOT_FOUND`, `INVALID_CODE`, `CODE_EXPIRED`, `TOO_MANY_ATTEMPTS`, `RATE_LIMITED`. Later versions
    /// may add some, so a client needs a default.
    async fn confirm_email_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code, and the change that it completes.")] input: ConfirmEmailChangeInput,
    ) -> Result<ConfirmEmailChangePayload, ApiError> {
        let session = caller(ctx).session(app(ctx)).await?;
        let token = VerificationToken::new(input.verification_token);
        let code = Code::parse(&input.code);
        let (arrived, client) = (caller(ctx).arrived(), caller(ctx).client());
        let changed = Box::pin(accounts::confirm_email_change(
            app(ctx),
            &session,
            &token,
            code,
            arrived,
            client,
        ))
        .await;
        let (user, user_errors) = UserError::split(changed)?;
        Ok(ConfirmEmailChangePayload {
            user: user.map(Into::into),
            user_errors: user_errors.into_iter().map(UserError::of_code).collect(),
        })
    }
}
