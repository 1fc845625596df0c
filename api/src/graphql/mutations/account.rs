//! Changing and deleting an account.

use async_graphql::{Context, Object};

use crate::accounts;
use crate::credentials::{NewPassword, Password};
use crate::graphql::context::{app, caller};
use crate::graphql::errors::ApiError;
use crate::graphql::payloads::{ChangePasswordInput, ChangePasswordPayload, DeleteAccountInput, DeleteAccountPayload};
use crate::graphql::types::Session;
use crate::graphql::user_error::UserError;

#[derive(Default)]
pub(crate) struct AccountMutations;

#[Object]
impl AccountMutations {
    /// Replace the password. Needs a Bearer token. Ends every other session of the user, and replaces this one with a new
    /// one; the old token stops working. The user gets an email that says so.
    ///
    /// Codes: `PASSWORD_TOO_SHORT`, `PASSWORD_TOO_LONG`, `PASSWORD_TOO_WEAK`, `INVALID_CREDENTIALS`, `RATE_LIMITED`.
    /// Later versions may add some, so a client needs a default.
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The current password and the new one.")] input: ChangePasswordInput,
    ) -> Result<ChangePasswordPayload, ApiError> {
        let session = caller(ctx).session(app(ctx)).await?;
        let (changed, user_errors) = match NewPassword::parse(input.new_password) {
            Err(length) => (None, vec![length.into()]),
            Ok(new) => {
                let current = Password::new(input.current_password);
                let changed = Box::pin(accounts::change_password(
                    app(ctx),
                    &session,
                    &current,
                    &new,
                    caller(ctx).client(),
                ));
                UserError::split(changed.await)?
            }
        };
        Ok(ChangePasswordPayload {
            session: changed.map(|(user, session)| Session::new(session, user, &app(ctx).policy)),
            user_errors: user_errors.into_iter().map(UserError::of_new_password).collect(),
        })
    }

    /// Delete the account and everything stored about it, at once. Needs a Bearer token. All sessions of the user end, and
    /// the address can be registered again. A last email says so.
    ///
    /// Codes: `INVALID_CREDENTIALS`, `RATE_LIMITED`. Later versions may add some, so a client needs a default.
    async fn delete_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The current password.")] input: DeleteAccountInput,
    ) -> Result<DeleteAccountPayload, ApiError> {
        let session = caller(ctx).session(app(ctx)).await?;
        let current = Password::new(input.current_password);
        let deleted = Box::pin(accounts::delete_account(
            app(ctx),
            &session,
            &current,
            caller(ctx).client(),
        ))
        .await;
        let (_, user_errors) = UserError::split(deleted)?;
        Ok(DeleteAccountPayload { user_errors })
    }
}
