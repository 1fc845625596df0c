//! Who sends a request, as far as it says so itself.

use entity::Timestamp;
use tokio::sync::OnceCell;

use super::errors::ApiError;
use crate::account::{Accounts, Client, Credentials, EmailAddress, Error, Password, SessionToken, User};

/// The `Authorization` header of a request, read but not verified.
#[derive(Debug, Clone, Default)]
pub enum Authorization {
    /// There is none.
    #[default]
    Missing,
    /// HTTP Basic (RFC 7617), in UTF-8: an email and a password.
    Basic {
        /// What stands before the first colon.
        email: String,
        /// All that follows it.
        password: Password,
    },
    /// A bearer token (RFC 6750).
    Bearer(SessionToken),
    /// A header that cannot be read, or of another scheme.
    Unusable,
}

/// What the resolvers know of a request. Credentials are verified only when a field asks for them, and once.
#[derive(Debug)]
pub struct Caller {
    authorization: Authorization,
    client: Client,
    arrived: Timestamp,
    me: OnceCell<Result<Option<User>, ApiError>>,
}

/// HTTP Basic of a mutation.
pub(super) enum Basic {
    /// Well-formed, to be proved.
    Claimed(Credentials),
    /// Well-formed, but no address: it proves nobody.
    Nobody,
}

impl Caller {
    /// A request that arrived at an instant from a client.
    #[must_use]
    pub fn new(authorization: Authorization, client: Client, arrived: Timestamp) -> Self {
        Self {
            authorization,
            client,
            arrived,
            me: OnceCell::new(),
        }
    }

    pub(super) fn client(&self) -> Client {
        self.client
    }

    pub(super) fn arrived(&self) -> Timestamp {
        self.arrived
    }

    /// Whether verifying the request's own credentials takes a hash.
    pub(super) fn uses_basic(&self) -> bool {
        matches!(self.authorization, Authorization::Basic { .. })
    }

    /// The user whom the request's credentials prove; `None` when it carries none.
    pub(super) async fn me(&self, accounts: &Accounts) -> Result<Option<User>, ApiError> {
        self.me.get_or_init(|| self.verify(accounts)).await.clone()
    }

    async fn verify(&self, accounts: &Accounts) -> Result<Option<User>, ApiError> {
        match &self.authorization {
            Authorization::Missing => Ok(None),
            Authorization::Unusable => Err(ApiError::Unauthenticated),
            Authorization::Bearer(token) => match accounts.user_of_session(token).await {
                Ok(Some(user)) => Ok(Some(user)),
                Ok(None) => Err(ApiError::Unauthenticated),
                Err(error) => Err(Error::from(error).into()),
            },
            Authorization::Basic { .. } => match self.basic()? {
                Basic::Claimed(credentials) => Ok(Some(accounts.prove(&credentials).await?.into())),
                Basic::Nobody => Err(ApiError::Unauthenticated),
            },
        }
    }

    /// The HTTP Basic credentials that a mutation needs.
    pub(super) fn basic(&self) -> Result<Basic, ApiError> {
        let Authorization::Basic { email, password } = &self.authorization else {
            return Err(ApiError::Unauthenticated);
        };
        Ok(EmailAddress::parse(email).map_or(Basic::Nobody, |email| {
            Basic::Claimed(Credentials {
                email,
                password: password.clone(),
                client: self.client,
            })
        }))
    }

    /// The bearer token that a mutation needs.
    pub(super) fn bearer(&self) -> Result<&SessionToken, ApiError> {
        match &self.authorization {
            Authorization::Bearer(token) => Ok(token),
            _ => Err(ApiError::Unauthenticated),
        }
    }
}
