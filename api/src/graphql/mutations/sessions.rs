//! Opening and ending sessions.

use async_graphql::{Context, Object};

use crate::accounts;
use crate::credentials::{Credentials, EmailAddress, InvalidEmail, Password};
use crate::graphql::context::{app, caller};
use crate::graphql::errors::ApiError;
use crate::graphql::payloads::{
    RevokeOtherSessionsPayload, RevokeSessionInput, RevokeSessionPayload, SignInInput, SignInPayload, SignOutPayload,
};
use crate::graphql::types::Session;
use crate::graphql::user_error::UserError;

#[derive(Default)]
pub(crate) struct SessionMutations;

#[Object]
impl SessionMutations {
    /// Open a session for an active user. With the right password, a pending registration is `NOT_ACTIVATED`, and a
    /// disabled user is `ACCOUNT_DISABLED`.
    ///
    /// Codes: `INVALID_EMAIL`, `INVALID_CREDENTIALS`, `ACCOUNT_DISABLED`, `NOT_ACTIVATED`, `RATE_LIMITED`. Later versions
    /// may add some, so a client needs a default.
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Email and password.")] input: SignInInput,
    ) -> Result<SignInPayload, ApiError> {
        let Ok(email) = EmailAddress::parse(&input.email) else {
            return Ok(SignInPayload {
                session: None,
                user_errors: vec![InvalidEmail.into()],
            });
        };
        let credentials = Credentials {
            email,
            password: Password::new(input.password),
            client: caller(ctx).client().clone(),
        };
        let (opened, user_errors) = UserError::split(Box::pin(accounts::sign_in(app(ctx), &credentials)).await)?;
        Ok(SignInPayload {
            session: opened.map(|(user, session)| Session::new(session, user, &app(ctx).policy)),
            user_errors,
        })
    }

    /// End the session whose Bearer token the request carries, on every replica, at once. A token that no longer works is
    /// not an error; without one the answer is `UNAUTHENTICATED`.
    ///
    /// Codes: none yet. Later versions may add some, so a client needs a default.
    async fn sign_out(&self, ctx: &Context<'_>) -> Result<SignOutPayload, ApiError> {
        Box::pin(accounts::sign_out(
            app(ctx),
            caller(ctx).bearer()?,
            caller(ctx).client(),
        ))
        .await?;
        Ok(SignOutPayload::default())
    }

    /// End one of the caller's sessions, on every replica, at once. Needs a Bearer token. The session of the request can
    /// be ended too; then drop its token.
    ///
    /// Codes: `SESSION_NOT_FOUND`. Later versions may add some, so a client needs a default.
    async fn revoke_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which session.")] input: RevokeSessionInput,
    ) -> Result<RevokeSessionPayload, ApiError> {
        let session = caller(ctx).session(app(ctx)).await?;
        let revoked = Box::pin(accounts::revoke_session(
            app(ctx),
            &session,
            &input.id,
            caller(ctx).client(),
        ))
        .await;
        let (_, user_errors) = UserError::split(revoked)?;
        Ok(RevokeSessionPayload { user_errors })
    }

    /// End all sessions of the caller but the one of the request, on every replica, at once. Needs a Bearer token.
    ///
    /// Codes: none yet. Later versions may add some, so a client needs a default.
    async fn revoke_other_sessions(&self, ctx: &Context<'_>) -> Result<RevokeOtherSessionsPayload, ApiError> {
        let session = caller(ctx).session(app(ctx)).await?;
        let revoked = Box::pin(accounts::revoke_other_sessions(
            app(ctx),
            &session,
            caller(ctx).client(),
        ))
        .await;
        let (revoked_count, user_errors) = UserError::split(revoked)?;
        Ok(RevokeOtherSessionsPayload {
            revoked_count,
            user_errors,
        })
    }
}
