//! What a signed-in user does with their sessions, password and account.

mod change_password;
mod current_password;
mod delete_account;
mod session_limit;
mod session_list;
mod session_revocation;

use std::time::Duration;

use api::accounts::{self, DomainError};
use api::sessions::{FoundSession, OpenedSession};
use entity::{EmailKind, HiddenBytes, Purpose, email_outbox, session, user, verification};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};
use tests::{Client, Database, PASSWORD, TestApp, TestCore, client};

const ADA: &str = "ada@example.com";

/// A user with a session, and no server.
struct SignedIn {
    core: TestCore,
    /// As read with the hash of the right password.
    user: user::Model,
    session: FoundSession,
}

impl SignedIn {
    async fn start(database: &Database) -> Self {
        let core = TestCore::start(database).await;
        let (user, session, _) = core.create_signed_in_user(ADA, PASSWORD).await;
        Self { core, user, session }
    }

    /// The last step of `changePassword`.
    async fn replace_password(&self, hash: &str) -> Result<OpenedSession, DomainError> {
        let (user, hash) = (self.user.clone(), hash.to_owned());
        let replaced = accounts::replace_password(&self.core.app, &self.session, user, hash, &client(1)).await;
        replaced.map(|(_, session)| session)
    }

    /// The last step of `deleteAccount`.
    async fn delete(&self) -> Result<(), DomainError> {
        accounts::delete_verified(&self.core.app, &self.session, self.user.clone()).await
    }
}

/// A server with an active user, and a client with their session.
async fn server(database: &Database) -> (TestApp, Client) {
    let app = TestApp::start(database).await;
    let token = app.register_and_activate(ADA, PASSWORD).await;
    let ada = app.bearer(&token);
    (app, ada)
}

/// All sessions, in no order.
async fn sessions(db: &sea_orm::DatabaseConnection) -> Vec<session::Model> {
    session::Entity::find().all(db).await.expect("the database answers")
}

/// Inserts an open verification of the user, with its pending email, as another use case does.
async fn insert_verification(ada: &SignedIn, purpose: Purpose) {
    let (db, now) = (&ada.core.app.db, ada.core.app.clock.now());
    let id = || api::random::uuid(&api::random::SystemRandom, now);
    let kind = match purpose {
        Purpose::Registration => EmailKind::Registration,
        Purpose::PasswordReset => EmailKind::PasswordReset,
        Purpose::EmailChange => EmailKind::EmailChange,
    };
    let verification = verification::ActiveModel {
        id: Set(id()),
        purpose: Set(purpose),
        email: Set(ada.user.email.clone()),
        email_canonical: Set(ada.user.email_canonical.clone()),
        user_id: Set(Some(ada.user.id)),
        token_digest: Set(HiddenBytes(id().as_bytes().to_vec())),
        created_at: Set(now),
        expires_at: Set(now + Duration::from_hours(1)),
        digits: Set(0),
        attempts: Set(0),
        mailed: Set(false),
        ..Default::default()
    };
    let verification = verification.insert(db).await.expect("a verification");
    let email = email_outbox::ActiveModel {
        id: Set(id()),
        kind: Set(kind),
        recipient: Set(ada.user.email.clone()),
        domain: Set("example.com".to_owned()),
        verification_id: Set(Some(verification.id)),
        created_at: Set(now),
        due_at: Set(now),
        attempts: Set(0),
        ..Default::default()
    };
    email.insert(db).await.expect("an email");
}
