//! A change of credentials between two steps of a sign-in.

use api::accounts::{self, DomainError};
use api::credentials::{HashingConfig, Identity};
use entity::{session, user};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};
use tests::{Database, PASSWORD, TestCore, credentials, on_both_databases};

use super::{hash, insert_user};
use crate::interleavings::interleave;

#[on_both_databases]
async fn session_is_not_opened_after_a_change_of_credentials(database: Database) {
    let core = TestCore::start(&database).await;
    insert_user(&core, "ada@example.com").await;
    let ada = credentials("ada@example.com", PASSWORD, 1);
    let now = api::clock::Clock::now(&core.clock);
    for change in [Expr::col(user::Column::CredentialVersion).add(1), Expr::value(now)] {
        let column = match &change {
            Expr::Value(_) => user::Column::DisabledAt,
            _ => user::Column::CredentialVersion,
        };
        let verified = match core.verify(&ada).await {
            Ok(Identity::User(user)) => user,
            other => panic!("{other:?}"),
        };
        let update = user::Entity::update_many().col_expr(column, change);
        update.exec(&core.app.db).await.expect("the update succeeds");
        let outcome = accounts::sign_in_verified(&core.app, verified, &tests::client(1)).await;
        assert!(
            matches!(outcome, Err(DomainError::InvalidCredentials)),
            "{column:?} {outcome:?}"
        );
        assert_eq!(core.count::<session::Entity>().await, 0);
    }
}

#[on_both_databases]
async fn renewed_hash_does_not_end_a_verified_sign_in(database: Database) {
    let core = TestCore::start(&database).await;
    insert_user(&core, "ada@example.com").await;
    let Ok(Identity::User(verified)) = core.verify(&credentials("ada@example.com", PASSWORD, 1)).await else {
        panic!("the password is right");
    };
    let mut row = verified.clone().into_active_model();
    row.password_hash = Set(hash(&core).await);
    row.update(&core.app.db).await.expect("the update succeeds");
    let signed_in = accounts::sign_in_verified(&core.app, verified, &tests::client(1)).await;
    assert!(signed_in.is_ok(), "{signed_in:?}");
}

#[on_both_databases]
async fn renewed_hash_does_not_replace_a_newer_password(database: Database) {
    let mut core = TestCore::start(&database).await;
    insert_user(&core, "ada@example.com").await;
    let stronger = HashingConfig {
        threads: 1,
        queue: 100,
        m_kib: 16,
        t: 1,
        p: 1,
        ..HashingConfig::default()
    };
    core.hash_with(stronger);
    // The right password gives its token back, after the comparison and before the renewal.
    let given_back = "NEW.theoretical_arrival < OLD.theoretical_arrival";
    let change = "UPDATE users SET password_hash = 'newer', credential_version = credential_version + 1";
    interleave(&core, "UPDATE ON rate_limits", given_back, change).await;
    let outcome = accounts::sign_in(&core.app, &credentials("ada@example.com", PASSWORD, 1)).await;
    assert!(matches!(outcome, Err(DomainError::InvalidCredentials)), "{outcome:?}");
    let user = user::Entity::find().one(&core.app.db).await;
    let user = user.expect("the database answers").expect("a user");
    assert_eq!(user.password_hash.0, "newer");
}

/// SQLite has one writer.
mod postgres {
    use tests::{eventually, waiting_transactions};

    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn session_waits_for_a_change_of_credentials_that_commits_meanwhile() {
        let database = Database::postgres().await;
        let core = TestCore::start(&database).await;
        insert_user(&core, "ada@example.com").await;
        let Ok(Identity::User(verified)) = core.verify(&credentials("ada@example.com", PASSWORD, 1)).await else {
            panic!("the password is right");
        };
        let other = api::database::connect(database.url()).await.expect("a connection");
        let change = api::database::begin(&other).await.expect("a transaction");
        user::Entity::update_many()
            .col_expr(
                user::Column::CredentialVersion,
                Expr::col(user::Column::CredentialVersion).add(1),
            )
            .exec(&change)
            .await
            .expect("the update succeeds");
        let sign_in = tokio::spawn({
            let app = core.app.clone();
            async move { accounts::sign_in_verified(&app, verified, &tests::client(1)).await }
        });
        eventually("the sign-in waits, or is over", async || {
            sign_in.is_finished() || waiting_transactions(&core.app.db).await == 1
        })
        .await;
        change.commit().await.expect("the commit succeeds");
        let outcome = sign_in.await.expect("no panic");
        assert!(matches!(outcome, Err(DomainError::InvalidCredentials)), "{outcome:?}");
        assert_eq!(core.count::<session::Entity>().await, 0);
    }
}
