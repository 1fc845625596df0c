//! Registrations as verifications.

mod credential_changes;
mod decoys;
mod tokens;

use entity::{HiddenText, user};
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use tests::{PASSWORD, TestCore};

async fn hash(core: &TestCore) -> HiddenText {
    let random = api::random::SystemRandom;
    let hash = core.app.hasher.hash(PASSWORD.into(), None, &random).await;
    HiddenText(hash.expect("the hash succeeds"))
}

/// Inserts an active user with [`PASSWORD`].
async fn insert_user(core: &TestCore, email: &str) {
    let now = core.app.clock.now();
    let user = user::ActiveModel {
        id: Set(api::random::uuid(&api::random::SystemRandom, now)),
        email: Set(HiddenText(email.to_owned())),
        email_canonical: Set(HiddenText(email.to_owned())),
        password_hash: Set(hash(core).await),
        credential_version: Set(0),
        locale: Set(None),
        created_at: Set(now),
        activated_at: Set(now),
        disabled_at: Set(None),
    };
    user.insert(&core.app.db).await.expect("the address is free");
}
