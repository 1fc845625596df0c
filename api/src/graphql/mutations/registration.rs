//! From a registration to an active user.

use async_graphql::{Context, Object};

use crate::accounts::{self, DomainError};
use crate::credentials::{EmailAddress, NewPassword};
use crate::graphql::context::{app, caller};
use crate::graphql::errors::ApiError;
use crate::graphql::payloads::{
    ActivateInput, ActivatePayload, CodeEmail, RegisterInput, RegisterPayload, ResendActivationCodeInput,
    ResendActivationCodePayload,
};
use crate::graphql::types::Session;
use crate::graphql::user_error::UserError;
use crate::verification::Code;

#[derive(Default)]
pub(crate) struct RegistrationMutations;

#[Object]
impl RegistrationMutations {
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
        let locale = caller(ctx).locale(input.locale.as_deref());
        let registered = Box::pin(accounts::register(
            app(ctx),
            email,
            password,
            locale,
            caller(ctx).client(),
        ))
        .await;
        let (registered, user_errors) = UserError::split(registered)?;
        let (email, verification_token) = CodeEmail::and_token(registered);
        Ok(RegisterPayload {
            email,
            verification_token,
            user_errors,
        })
    }

    /// Turn a registration into an active user, and open a session. Identify the registration by `verificationToken` or
    /// by HTTP Basic (email, password, in UTF-8). With neither, the answer is `UNAUTHENTICATED`. The emailed code proves
    /// access to the mailbox.
    ///
    /// Codes: `INVALID_CREDENTIALS`, `ACCOUNT_DISABLED`, `VERIFICATION_NOT_FOUND`, `ALREADY_ACTIVATED`, `INVALID_CODE`,
    /// `CODE_EXPIRED`, `TOO_MANY_ATTEMPTS`, `RATE_LIMITED`. Later versions may add some, so a client needs a default.
    async fn activate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code, and which registration it completes.")] input: ActivateInput,
    ) -> Result<ActivatePayload, ApiError> {
        let activated = match caller(ctx).registration_key(input.verification_token)? {
            None => Err(DomainError::InvalidCredentials),
            Some(key) => {
                let code = Code::parse(&input.activation_code);
                Box::pin(accounts::activate(app(ctx), &key, code, caller(ctx).arrived())).await
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
    /// Codes: `INVALID_CREDENTIALS`, `ACCOUNT_DISABLED`, `VERIFICATION_NOT_FOUND`, `ALREADY_ACTIVATED`, `RATE_LIMITED`.
    /// Later versions may add some, so a client needs a default.
    async fn resend_activation_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which registration needs a new code.")] input: Option<ResendActivationCodeInput>,
    ) -> Result<ResendActivationCodePayload, ApiError> {
        let token = input.unwrap_or_default().verification_token;
        let sent = match caller(ctx).registration_key(token)? {
            None => Err(DomainError::InvalidCredentials),
            Some(key) => Box::pin(accounts::resend_activation_code(app(ctx), &key)).await,
        };
        let (sent, user_errors) = UserError::split(sent)?;
        Ok(ResendActivationCodePayload {
            email: sent.map(CodeEmail::from).unwrap_or_default(),
            user_errors,
        })
    }
}
