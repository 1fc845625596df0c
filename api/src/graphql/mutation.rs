//! What can be done.

use async_graphql::{Context, Object};

use super::caller::{Basic, Caller};
use super::errors::ApiError;
use super::types::{
    ActivateInput, ActivatePayload, RegisterInput, RegisterPayload, ResendActivationCodePayload, Session, SignInInput,
    SignInPayload, SignOutPayload,
};
use super::user_error::UserError;
use crate::account::{Accounts, Code, Credentials, EmailAddress, Error, NewPassword, Password, Refusal};

/// What can be done.
pub struct Mutation;

/// What can be done. Each answers with a payload: look at its `userErrors` for what a person can expect to happen, and
/// at the top-level `errors` for the rest (`extensions.code`: `UNAUTHENTICATED`, `OVERLOADED` …). A request may hold
/// one of those that check a password: do not batch.
#[Object]
impl Mutation {
    /// Create a pending user and mail them an activation code. The answer never tells whether the email was known: go
    /// on to the form for the code in any case. Keep email and password in memory until then, since `activate` needs
    /// them. Again for a pending address it starts anew, and the newest password and code count; the owner of an active
    /// one is mailed that they have an account already.
    ///
    /// Codes: `INVALID_EMAIL`, `PASSWORD_TOO_SHORT`, `PASSWORD_TOO_LONG`, `PASSWORD_TOO_WEAK`, `RATE_LIMITED`. Later
    /// versions may add some, so a client needs a default.
    async fn register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who wants an account.")] input: RegisterInput,
    ) -> Result<RegisterPayload, ApiError> {
        let email = EmailAddress::parse(&input.email);
        let password = NewPassword::parse(input.password);
        let (email, password) = match (email, password) {
            (Ok(email), Ok(password)) => (email, password),
            (email, password) => {
                let user_errors = [email.err().map(UserError::from), password.err().map(UserError::from)];
                return Ok(RegisterPayload {
                    user_errors: user_errors.into_iter().flatten().collect(),
                    ..RegisterPayload::default()
                });
            }
        };
        let client = ctx.data_unchecked::<Caller>().client();
        match accounts(ctx).register(email, password, client).await {
            Ok(mailing) => Ok(mailing.into()),
            Err(error) => Ok(RegisterPayload {
                user_errors: vec![UserError::expected(error)?],
                ..RegisterPayload::default()
            }),
        }
    }

    /// Turn the pending user into an active one, and open a session for them. HTTP Basic (email, password, in UTF-8)
    /// says who, and without it the answer is `UNAUTHENTICATED`; the mailed code says that the mailbox is theirs.
    ///
    /// Codes: `INVALID_CREDENTIALS`, `ALREADY_ACTIVATED` (with the user), `INVALID_CODE`, `CODE_EXPIRED`,
    /// `TOO_MANY_ATTEMPTS`, `RATE_LIMITED`. Later versions may add some, so a client needs a default.
    async fn activate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What proves the mailbox.")] input: ActivateInput,
    ) -> Result<ActivatePayload, ApiError> {
        let caller = ctx.data_unchecked::<Caller>();
        let activated = match caller.basic()? {
            Basic::Nobody => Err(Refusal::InvalidCredentials.into()),
            Basic::Claimed(credentials) => {
                let code = Code::parse(&input.activation_code);
                accounts(ctx).activate(&credentials, code, caller.arrived()).await
            }
        };
        match activated {
            Ok((user, session)) => Ok(ActivatePayload {
                user: Some(user.clone().into()),
                session: Some(Session::new(session, user, &accounts(ctx).policy)),
                user_errors: Vec::new(),
            }),
            Err(error) => Ok(ActivatePayload {
                user: match &error {
                    Error::Refused(Refusal::AlreadyActivated(user)) => Some((**user).clone().into()),
                    _ => None,
                },
                session: None,
                user_errors: vec![UserError::expected(error)?],
            }),
        }
    }

    /// Mail a fresh code, which replaces the one before. HTTP Basic (email, password, in UTF-8) says to whom, and
    /// without it the answer is `UNAUTHENTICATED`. Two mails are `resendCooldownSeconds` of `registrationPolicy` apart.
    ///
    /// Codes: `INVALID_CREDENTIALS`, `ALREADY_ACTIVATED`, `RATE_LIMITED`. Later versions may add some, so a client
    /// needs a default.
    async fn resend_activation_code(&self, ctx: &Context<'_>) -> Result<ResendActivationCodePayload, ApiError> {
        let resent = match ctx.data_unchecked::<Caller>().basic()? {
            Basic::Nobody => Err(Refusal::InvalidCredentials.into()),
            Basic::Claimed(credentials) => accounts(ctx).resend_activation_code(&credentials).await,
        };
        match resent {
            Ok(mailing) => Ok(mailing.into()),
            Err(error) => Ok(ResendActivationCodePayload {
                user_errors: vec![UserError::expected(error)?],
                ..ResendActivationCodePayload::default()
            }),
        }
    }

    /// Open a session for an active user. A pending user is `NOT_ACTIVATED`, if the password is right.
    ///
    /// Codes: `INVALID_EMAIL`, `INVALID_CREDENTIALS`, `NOT_ACTIVATED`, `RATE_LIMITED`. Later versions may add some, so
    /// a client needs a default.
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who wants a session.")] input: SignInInput,
    ) -> Result<SignInPayload, ApiError> {
        let email = match EmailAddress::parse(&input.email) {
            Ok(email) => email,
            Err(error) => {
                return Ok(SignInPayload {
                    session: None,
                    user_errors: vec![error.into()],
                });
            }
        };
        let credentials = Credentials {
            email,
            password: Password::new(input.password),
            client: ctx.data_unchecked::<Caller>().client(),
        };
        match accounts(ctx).sign_in(&credentials).await {
            Ok((user, session)) => Ok(SignInPayload {
                session: Some(Session::new(session, user, &accounts(ctx).policy)),
                user_errors: Vec::new(),
            }),
            Err(error) => Ok(SignInPayload {
                session: None,
                user_errors: vec![UserError::expected(error)?],
            }),
        }
    }

    /// End the session whose Bearer token the request carries, on every replica, at once. A token that is dead already
    /// is no error; without one the answer is `UNAUTHENTICATED`.
    ///
    /// Codes: none so far. Later versions may add some, so a client needs a default.
    async fn sign_out(&self, ctx: &Context<'_>) -> Result<SignOutPayload, ApiError> {
        let token = ctx.data_unchecked::<Caller>().bearer()?;
        match accounts(ctx).sign_out(token).await {
            Ok(()) => Ok(SignOutPayload::default()),
            Err(error) => Err(Error::from(error).into()),
        }
    }
}

fn accounts<'a>(ctx: &Context<'a>) -> &'a Accounts {
    ctx.data_unchecked()
}
