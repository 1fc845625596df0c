//! Existing users, written as the server writes them.

pub(crate) mod owed;
pub(crate) mod scale;

use std::rc::Rc;

use api::clock::{Clock, SystemClock};
use api::random::{self, SystemRandom};
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::{HiddenBytes, HiddenText, Timestamp, session, user};
use sea_orm::ActiveValue::Set;
use sea_orm::prelude::Uuid;
use sea_orm::{DatabaseConnection, EntityTrait};
use sha2::{Digest, Sha256};

use crate::Outcome;
use crate::request::{self, GRAPHQL, Request};

/// The password of all users.
pub(crate) const PASSWORD: &str = tests::PASSWORD;

/// Rows per statement. SQLite binds at most 32,766 values.
const CHUNK: usize = 500;

/// An active user with a session.
pub(crate) struct User {
    pub(crate) email: String,
    token: String,
    body: String,
}

impl User {
    fn new(id: Uuid, email: String, token: String, since: Timestamp) -> Self {
        let body = me_body(id, &email, since);
        Self { email, token, body }
    }

    /// `me` with the session, for the API or its ceiling.
    pub(crate) fn me(&self) -> Rc<Request> {
        Rc::new(request::me(GRAPHQL, &self.token, self.body.clone()))
    }

    pub(crate) fn sign_in(&self) -> Rc<Request> {
        Rc::new(request::sign_in(&self.email, PASSWORD))
    }

    /// The same, for a server that may be overloaded.
    pub(crate) fn sign_in_or_overloaded(&self) -> Rc<Request> {
        Rc::new(request::sign_in(&self.email, PASSWORD).or_overloaded())
    }
}

/// The answer of `me` for a user who was activated at the time of the registration.
pub(crate) fn me_body(id: Uuid, email: &str, since: Timestamp) -> String {
    let since = since.to_rfc3339();
    format!(
        r#"{{"data":{{"me":{{"id":"{id}","email":"{email}","status":"ACTIVE","createdAt":"{since}","activatedAt":"{since}"}}}}}}"#
    )
}

/// Creates active users, each with a session.
pub(crate) async fn users(db: &DatabaseConnection, count: usize) -> Outcome<Vec<User>> {
    let hash = password_hash()?;
    let mut users = Vec::with_capacity(count);
    while users.len() < count {
        let (mut rows, mut sessions) = (Vec::new(), Vec::new());
        for number in users.len()..count.min(users.len() + CHUNK) {
            let (user, row, session) = one(number, &hash);
            users.push(user);
            rows.push(row);
            sessions.push(session);
        }
        user::Entity::insert_many(rows).exec_without_returning(db).await?;
        session::Entity::insert_many(sessions)
            .exec_without_returning(db)
            .await?;
    }
    Ok(users)
}

fn one(number: usize, hash: &str) -> (User, user::ActiveModel, session::ActiveModel) {
    let now = SystemClock.now();
    let id = random::uuid(&SystemRandom, now);
    let email = format!("bench-{number:07}@example.com");
    let token = URL_SAFE_NO_PAD.encode(random::bytes::<32>(&SystemRandom));
    let row = row(id, &email, hash, now);
    let session = session::ActiveModel {
        id: Set(random::uuid(&SystemRandom, now)),
        user_id: Set(id),
        token_digest: Set(HiddenBytes(Sha256::digest(&token).to_vec())),
        created_at: Set(now),
        last_used_at: Set(now),
        expires_at: Set(now + api::policy::Policy::default().session_ttl),
        user_agent: Set(None),
        network: Set("127.0.0.0/24".to_owned()),
    };
    (User::new(id, email, token, now), row, session)
}

/// An active user.
fn row(id: Uuid, email: &str, hash: &str, now: Timestamp) -> user::ActiveModel {
    user::ActiveModel {
        id: Set(id),
        email: Set(HiddenText(email.to_owned())),
        email_canonical: Set(HiddenText(email.to_owned())),
        password_hash: Set(HiddenText(hash.to_owned())),
        credential_version: Set(0),
        locale: Set(None),
        disabled_at: Set(None),
        created_at: Set(now),
        activated_at: Set(now),
    }
}

/// One hash for all users: it takes the same work to check.
pub(crate) fn password_hash() -> Outcome<String> {
    let api::credentials::HashingConfig { m_kib, t, p, .. } = api::credentials::HashingConfig::default();
    let params = Params::new(m_kib, t, p, None).map_err(|error| error.to_string())?;
    let (salt, mut output) = ([7; 16], [0; Params::DEFAULT_OUTPUT_LEN]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
        .hash_password_into(PASSWORD.as_bytes(), &salt, &mut output)
        .map_err(|error| error.to_string())?;
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params).map_err(|error| error.to_string())?,
        salt: Some(Salt::new(&salt).map_err(|error| error.to_string())?),
        hash: Some(Output::new(&output).map_err(|error| error.to_string())?),
    };
    Ok(hash.to_string())
}
