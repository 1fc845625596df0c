//! The mutations: each parses its input, calls one use case and shapes the answer.

use async_graphql::{Context, Object};

use super::caller::Caller;
use super::errors::ApiError;
use super::payloads::{
    ActivateInput, ActivatePayload, CodeEmail, RegisterInput, RegisterPayload, ResendActivationCodeInput,
    ResendActivationCodePayload, SignInInput, SignInPayload, SignOutPayload,
};
use super::types::Session;
use super::user_error::UserError;
use crate::accounts::{self, DomainError};
use crate::app::App;
use crate::credentials::{Credentials, EmailAddress, InvalidEmail, NewPassword, Password};
use crate::token::Token;
use crate::verification::Code;

/// Mutations.
pub(crate) struct Mutation;

/// Mutations. Each answers with a payload: expected failures are in its `userErrors`, everything else is a top-level
/// error (`extensions.code`: `UNAUTHENTICATED`, `OVERLOADED` …). A request may contain one operation that checks a
/// password or a code or sends an email: do not batch.
#[Object]
impl Mutation {
    /// Start a registration and send an email to its address. The answer never tells whether the address was known, so
    /// always continue with the code form. A new address receives an activation code. If the address already has an
    /// account, its owner gets an email that says so. Registering again replaces a pending registration.
    ///
    /// Codes: `INVALID_EMAIL`, `PASSWORD_TOO_SHORT`, `PASSWORD_TOO_LONG`, `PASSWORD_TOO_WEAK`, `RATE_LIMITED`. Later
    /// versions may add some, so a client needs a default.
    async fn register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Registration details.")] input: RegisterInput,
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
        let registered = accounts::register(app(ctx), email, password, caller(ctx).client()).await;
        let (registered, user_errors) = UserError::split(registered)?;
        let (sent, token) = registered.map(|registered| (registered.sent, registered.token)).unzip();
        Ok(RegisterPayload {
            email: sent.map(CodeEmail::from).unwrap_or_default(),
            verification_token: token.map(Token::reveal),
            user_errors,
        })
    }

    /// Turn a registration into an active user, and open a session. Identify the registration by `verificationToken` or
    /// by HTTP Basic (email, password, in UTF-8). With neither, the answer is `UNAUTHENTICATED`. The emailed code proves
    /// access to the mailbox.
    ///
    /// Codes: `INVALID_CREDENTIALS`, `VERIFICATION_NOT_FOUND`, `ALREADY_ACTIVATED`, `INVALID_CODE`, `CODE_EXPIRED`,
    /// `TOO_MANY_ATTEMPTS`, `RATE_LIMITED`. Later versions may add some, so a client needs a default.
    async fn activate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code, and which registration it completes.")] input: ActivateInput,
    ) -> Result<ActivatePayload, ApiError> {
        let activated = match caller(ctx).registration_key(input.verification_token)? {
            None => Err(DomainError::InvalidCredentials),
            Some(key) => {
                let code = Code::parse(&input.activation_code);
                accounts::activate(app(ctx), &key, code, caller(ctx).arrived()).await
            }
        };
        let user = match &activated {
            Ok((user, _)) => Some(user.clone().into()),
            Err(DomainError::AlreadyActivated(Some(user))) => Some((**user).clone().into()),
            Err(_) => None,
        };
        let (opened, user_errors) = UserError::split(activated)?;
        Ok(ActivatePayload {
            user,
            session: opened.map(|(user, session)| Session::new(session, user, &app(ctx).policy)),
            user_errors,
        })
    }

    /// Email a new code, which replaces the previous one. Identify the registration by `verificationToken` or by HTTP
    /// Basic (email, password, in UTF-8). With neither, the answer is `UNAUTHENTICATED`. Wait `resendCooldownSeconds` of
    /// `registrationPolicy` between two emails.
    ///
    /// Codes: `INVALID_CREDENTIALS`, `VERIFICATION_NOT_FOUND`, `ALREADY_ACTIVATED`, `RATE_LIMITED`. Later versions may
    /// add some, so a client needs a default.
    async fn resend_activation_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which registration needs a new code.")] input: Option<ResendActivationCodeInput>,
    ) -> Result<ResendActivationCodePayload, ApiError> {
        let token = input.unwrap_or_default().verification_token;
        let sent = match caller(ctx).registration_key(token)? {
            None => Err(DomainError::InvalidCredentials),
            Some(key) => accounts::resend_activation_code(app(ctx), &key).await,
        };
        let (sent, user_errors) = UserError::split(sent)?;
        Ok(ResendActivationCodePayload {
            email: sent.map(CodeEmail::from).unwrap_or_default(),
            user_errors,
        })
    }

    /// Open a session for an active user. A pending registration with the right password is `NOT_ACTIVATED`.
    ///
    /// Codes: `INVALID_EMAIL`, `INVALID_CREDENTIALS`, `NOT_ACTIVATED`, `RATE_LIMITED`. Later versions may add some, so
    /// a client needs a default.
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
        let (opened, user_errors) = UserError::split(accounts::sign_in(app(ctx), &credentials).await)?;
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
        accounts::sign_out(app(ctx), caller(ctx).bearer()?).await?;
        Ok(SignOutPayload::default())
    }
}

fn app<'a>(ctx: &Context<'a>) -> &'a App {
    ctx.data_unchecked()
}

fn caller<'a>(ctx: &Context<'a>) -> &'a Caller {
    ctx.data_unchecked()
}
