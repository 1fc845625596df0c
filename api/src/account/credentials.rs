//! Proving a password.

use entity::user;

use super::{Accounts, Client, EmailAddress, Error, Password, Refusal, User};

/// What somebody claims: that they are the user of an address, because they know the password.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Whose account.
    pub email: EmailAddress,
    /// The password, as it came.
    pub password: Password,
    /// Where the request came from.
    pub client: Client,
}

/// A user whose password was proved. Whatever is done for them is keyed by their id: should they have been replaced by
/// a newer registration since, it finds no row.
#[derive(Debug)]
pub struct Proved {
    pub(super) user: user::Model,
    pub(super) email: EmailAddress,
    pub(super) client: Client,
}

impl From<Proved> for User {
    fn from(proved: Proved) -> Self {
        proved.user.into()
    }
}

impl Accounts {
    /// Takes one credential operation of a client; with none left, nothing is looked up and nothing hashed.
    pub(super) fn admit(&self, client: Client) -> Result<(), Refusal> {
        self.client_limit.take(client).map_err(Refusal::RateLimited)
    }

    /// The user whom the credentials prove, pending or active.
    ///
    /// The token is taken and the user read, the password compared, and if it was right the token given back. Who sends a
    /// wrong one is answered after the same work, whoever is registered.
    ///
    /// # Errors
    /// [`Refusal::InvalidCredentials`] and [`Refusal::RateLimited`], alike for known and unknown addresses.
    pub async fn prove(&self, credentials: &Credentials) -> Result<Proved, Error> {
        let Credentials {
            email,
            password,
            client,
        } = credentials;
        self.admit(*client)?;
        self.hasher.admit()?;
        let (token, user) = self
            .take_password_token(email, *client)
            .await?
            .map_err(Refusal::RateLimited)?;
        let hash = user.as_ref().map(|user| user.password_hash.0.clone());
        // When nothing was compared, because the server is overloaded, nothing was guessed.
        if !self.hasher.verify(password.secret(), hash).await? {
            token.count();
            return Err(Refusal::InvalidCredentials.into());
        }
        token.give_back().await;
        Ok(Proved {
            user: user.ok_or(Error::Broken("a password was proved that nobody has"))?,
            email: email.clone(),
            client: *client,
        })
    }
}
