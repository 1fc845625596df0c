//! Signing in.

use entity::{HiddenText, user};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{Accounts, Credentials, Error, OpenedSession, Password, Refusal, Status, User};

impl Accounts {
    /// Opens a session for an active user.
    ///
    /// # Errors
    /// [`Refusal::RateLimited`], [`Refusal::InvalidCredentials`], [`Refusal::NotActivated`].
    pub async fn sign_in(&self, credentials: &Credentials) -> Result<(User, OpenedSession), Error> {
        let user = self.prove(credentials).await?.user;
        if user.status == Status::Pending {
            return Err(Refusal::NotActivated.into());
        }
        if self.hasher.is_weaker(&user.password_hash.0) {
            self.renew_hash(&user, &credentials.password).await?;
        }
        let session = self.open_session(&self.db, user.id, self.clock.now()).await?;
        Ok((user.into(), session))
    }

    /// Hashes the password, which is known only at this moment, with the parameters in force.
    async fn renew_hash(&self, user: &user::Model, password: &Password) -> Result<(), Error> {
        let renewed = self.hasher.hash(password.secret(), &*self.random).await;
        // An overloaded server renews it the next time.
        let Ok(renewed) = renewed else {
            return Ok(());
        };
        user::Entity::update_many()
            .col_expr(user::Column::PasswordHash, Expr::value(HiddenText(renewed)))
            .filter(user::Column::Id.eq(user.id))
            .filter(user::Column::PasswordHash.eq(user.password_hash.clone()))
            .exec(&self.db)
            .await?;
        Ok(())
    }
}
