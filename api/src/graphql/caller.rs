//! What a request says about its sender.

use entity::{HiddenText, Timestamp, session};
use tokio::sync::OnceCell;

use super::errors::{ApiError, BASIC_OR_BEARER, BEARER};
use crate::accounts::{self, RegistrationKey, User};
use crate::app::App;
use crate::client::Client;
use crate::credentials::{Credentials, EmailAddress, Password};
use crate::locale::Locale;
use crate::sessions::{FoundSession, SessionToken};
use crate::verification::VerificationToken;

/// The `Authorization` header of a request, parsed but not verified.
#[derive(Debug, Clone, Default)]
pub enum Authorization {
    /// No header.
    #[default]
    Missing,
    /// HTTP Basic (RFC 7617), in UTF-8: an email and a password.
    Basic {
        /// The text before the first colon.
        email: HiddenText,
        /// The text after it.
        password: Password,
    },
    /// A bearer token (RFC 6750).
    Bearer(SessionToken),
    /// A malformed header, or another scheme.
    Unusable,
}

/// What the resolvers know about a request. Credentials are verified only when a field needs them, and once.
#[derive(Debug)]
pub struct Caller {
    authorization: Authorization,
    client: Client,
    accept_language: Option<Locale>,
    arrived: Timestamp,
    me: OnceCell<Result<Option<User>, ApiError>>,
}

impl Caller {
    /// A request that a client sent, and when it arrived.
    #[must_use]
    pub fn new(authorization: Authorization, client: Client, arrived: Timestamp) -> Self {
        Self {
            authorization,
            client,
            accept_language: None,
            arrived,
            me: OnceCell::new(),
        }
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// The same request with the language that its Accept-Language header prefers.
    #[must_use]
    pub fn with_accept_language(self, accept_language: Option<Locale>) -> Self {
        Self {
            accept_language,
            ..self
        }
    }

    /// The language for emails that this request causes: that of the argument, else that of the Accept-Language header;
    /// `None` for the default. A language that no email is written in counts as not given.
    pub(super) fn locale(&self, argument: Option<&str>) -> Option<Locale> {
        argument.and_then(Locale::matching).or(self.accept_language)
    }

    pub(super) fn arrived(&self) -> Timestamp {
        self.arrived
    }

    /// Whether verifying the request's own credentials takes a hash.
    pub(super) fn uses_basic(&self) -> bool {
        matches!(self.authorization, Authorization::Basic { .. })
    }

    /// The user who is authenticated by the request's credentials (Bearer session token, or HTTP Basic); `None` when it
    /// carries none.
    pub(super) async fn me(&self, app: &App) -> Result<Option<User>, ApiError> {
        self.me.get_or_init(|| self.verify(app)).await.clone()
    }

    async fn verify(&self, app: &App) -> Result<Option<User>, ApiError> {
        let user = match &self.authorization {
            Authorization::Missing => return Ok(None),
            Authorization::Unusable => None,
            Authorization::Bearer(token) => accounts::me_by_session(app, token).await?,
            Authorization::Basic { .. } => match self.basic()? {
                Some(credentials) => Some(Box::pin(accounts::me_by_password(app, &credentials)).await?),
                None => None,
            },
        };
        user.map(Some).ok_or(ApiError::Unauthenticated(BASIC_OR_BEARER))
    }

    /// The HTTP Basic credentials; `None` if the user name is not an address, so they are not valid.
    fn basic(&self) -> Result<Option<Credentials>, ApiError> {
        let Authorization::Basic { email, password } = &self.authorization else {
            return Err(ApiError::Unauthenticated(
                "a verificationToken, or HTTP Basic with email and password",
            ));
        };
        Ok(EmailAddress::parse(&email.0).ok().map(|email| Credentials {
            email,
            password: password.clone(),
            client: self.client.clone(),
        }))
    }

    /// The registration that a mutation is about: named by its token, else by HTTP Basic; `None` if that is not valid.
    pub(super) fn registration_key(&self, token: Option<String>) -> Result<Option<RegistrationKey>, ApiError> {
        match token {
            Some(token) => {
                let token = VerificationToken::new(token);
                Ok(Some(RegistrationKey::Token(token, self.client.clone())))
            }
            None => Ok(self.basic()?.map(RegistrationKey::Password)),
        }
    }

    /// The bearer token that a mutation needs.
    pub(super) fn bearer(&self) -> Result<&SessionToken, ApiError> {
        match &self.authorization {
            Authorization::Bearer(token) => Ok(token),
            _ => Err(ApiError::Unauthenticated(BEARER)),
        }
    }

    /// The live session that a mutation needs. It is looked up each time: the field before may have ended it.
    pub(super) async fn session(&self, app: &App) -> Result<FoundSession, ApiError> {
        let found = accounts::find_session(app, self.bearer()?).await?;
        found.ok_or(ApiError::Unauthenticated(BEARER))
    }

    /// Whether the request was made with a session.
    pub(super) fn uses(&self, session: &session::Model) -> bool {
        self.bearer().is_ok_and(|token| token.digest() == session.token_digest)
    }
}
