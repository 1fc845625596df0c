//! Sessions: an opaque token that is shown once, and known to the database by its digest alone.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::{HiddenBytes, Timestamp, session};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use sha2::{Digest, Sha256};

use super::{Accounts, User};
use crate::random;

/// A session that was just opened.
#[derive(Debug)]
pub struct OpenedSession {
    /// UUID version 7.
    pub id: Uuid,
    /// To be shown once.
    pub token: SessionToken,
    /// The absolute end.
    pub expires_at: Timestamp,
}

/// 256 random bits, as 43 characters of base64url (RFC 4648 5).
#[derive(Clone)]
pub struct SessionToken(String);

impl SessionToken {
    /// Takes whatever a request claims to be a token.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The token, for the one answer that shows it.
    #[must_use]
    pub fn reveal(self) -> String {
        self.0
    }

    fn digest(&self) -> HiddenBytes {
        HiddenBytes(Sha256::digest(&self.0).to_vec())
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}

impl Accounts {
    /// Opens a session, usually in the transaction that earns it.
    pub(super) async fn open_session(
        &self,
        db: &impl ConnectionTrait,
        user: Uuid,
        now: Timestamp,
    ) -> Result<OpenedSession, DbErr> {
        let id = random::uuid(&*self.random, now);
        let token = SessionToken(URL_SAFE_NO_PAD.encode(random::bytes::<32>(&*self.random)));
        let expires_at = now + self.policy.session_ttl;
        session::Entity::insert(session::ActiveModel {
            id: Set(id),
            user_id: Set(user),
            token_digest: Set(token.digest()),
            created_at: Set(now),
            last_used_at: Set(now),
            expires_at: Set(expires_at),
        })
        .exec_without_returning(db)
        .await?;
        Ok(OpenedSession { id, token, expires_at })
    }

    /// The user whose live session the token opens: a statement, which others may share (see [`SessionLookups`]). That
    /// the session was used is written after the answer, at most hourly.
    ///
    /// [`SessionLookups`]: super::SessionLookups
    ///
    /// # Errors
    /// When the database fails.
    pub async fn user_of_session(&self, token: &SessionToken) -> Result<Option<User>, DbErr> {
        let now = self.clock.now();
        let Some(found) = self.sessions.find(token.digest()).await? else {
            return Ok(None);
        };
        if found.last_used_at <= now.before(self.policy.session_touch()) {
            tokio::spawn(self.clone().touch(found.session, now));
        }
        Ok(Some(found.user))
    }

    /// Ends the session of the token, if there is one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_out(&self, token: &SessionToken) -> Result<(), DbErr> {
        session::Entity::delete_many()
            .filter(session::Column::TokenDigest.eq(token.digest()))
            .exec(&self.db)
            .await?;
        Ok(())
    }

    async fn touch(self, id: Uuid, now: Timestamp) {
        let touched = session::Entity::update_many()
            .col_expr(session::Column::LastUsedAt, Expr::value(now))
            .filter(session::Column::Id.eq(id))
            .filter(session::Column::LastUsedAt.lte(now.before(self.policy.session_touch())))
            .exec(&self.db)
            .await;
        if let Err(error) = touched {
            tracing::warn!(%error, "the last use of a session could not be written");
        }
    }
}
