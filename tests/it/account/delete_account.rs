//! `deleteAccount`.

use api::accounts::{self, DomainError};
use api::credentials::Identity;
use entity::{EmailKind, Purpose, email_outbox, rate_limit, session, user, verification};
use sea_orm::EntityTrait;
use tests::{
    Answers, Database, OTHER_PASSWORD, PASSWORD, TestApp, client, count, credentials, eventually, on_both_databases,
};

use super::{ADA, SignedIn, insert_verification, server, sessions};
use crate::seconds;

#[on_both_databases]
async fn deleted_account_is_gone_on_every_replica(database: Database) {
    let (app, ada) = server(&database).await;
    let replica = TestApp::with(&database, |builder| builder.mailer = Some(app.mailer.clone())).await;
    let bob = app.register_and_activate("bob@example.com", PASSWORD).await;
    let elsewhere = replica.sign_in(ADA, PASSWORD).await.session_token();
    ada.delete_account("wrong password")
        .await
        .fails_with("INVALID_CREDENTIALS")
        .field("currentPassword");
    ada.me().await.is_active();
    ada.delete_account(PASSWORD).await.succeeds();
    for ended in [&ada, &replica.bearer(&elsewhere)] {
        ended.me().await.is_unauthenticated();
        ended.delete_account(PASSWORD).await.is_unauthenticated();
        ended
            .change_password(PASSWORD, OTHER_PASSWORD)
            .await
            .is_unauthenticated();
    }
    replica.sign_in(ADA, PASSWORD).await.fails_with("INVALID_CREDENTIALS");
    let last = app.next_mail(ADA).await;
    assert!(last.codes.is_empty() && last.subject.contains("deleted"), "{last:?}");
    // What is left is Bob's.
    app.bearer(&bob).me().await.is_active();
    let counts = [
        count::<user::Entity>(app.db()).await,
        count::<verification::Entity>(app.db()).await,
        count::<session::Entity>(app.db()).await,
    ];
    assert_eq!(counts, [1, 1, 1]);
}

#[on_both_databases]
async fn deletion_needs_a_bearer_token(database: Database) {
    let (app, ada) = server(&database).await;
    for client in [
        app.clone(),
        app.basic(ADA, PASSWORD),
        app.bearer("unknown"),
        app.authorized("Digest x"),
    ] {
        client.delete_account(PASSWORD).await.is_unauthenticated();
    }
    ada.me().await.is_active();
}

#[on_both_databases]
async fn deleted_address_can_be_registered_again(database: Database) {
    let (app, ada) = server(&database).await;
    ada.delete_account(PASSWORD).await.succeeds();
    app.next_mail(ADA).await;
    app.clock.advance(seconds(30));
    let token = app.register_and_activate(ADA, OTHER_PASSWORD).await;
    app.bearer(&token).me().await.is_user(ADA);
    ada.me().await.is_unauthenticated();
    app.sign_in(ADA, PASSWORD).await.fails_with("INVALID_CREDENTIALS");
}

#[on_both_databases]
async fn open_decoy_survives_the_deletion(database: Database) {
    let (app, ada) = server(&database).await;
    app.clock.advance(seconds(30));
    let decoy = app.register(ADA, OTHER_PASSWORD).await.verification_token();
    assert!(app.next_mail(ADA).await.codes.is_empty());
    ada.delete_account(PASSWORD).await.succeeds();
    app.next_mail(ADA).await;
    // Its code was in no email, and its next one is.
    app.activate_with_token(&decoy, "0000").await.fails_with("INVALID_CODE");
    app.clock.advance(seconds(30));
    app.resend_with_token(&decoy).await.succeeds();
    let code = app.next_code(ADA).await;
    let token = app.activate_with_token(&decoy, &code).await.session_token();
    app.bearer(&token).me().await.is_user(ADA);
}

#[on_both_databases]
async fn everything_about_the_user_is_deleted(database: Database) {
    let ada = SignedIn::start(&database).await;
    let app = &ada.core.app;
    // A decoy with a pending email, and what the user has begun.
    ada.core.register(ADA, OTHER_PASSWORD, 2).await;
    for purpose in [Purpose::PasswordReset, Purpose::EmailChange] {
        insert_verification(&ada, purpose).await;
    }
    let changed = ada.replace_password("newer").await;
    let opened = changed.expect("the password changes");
    insert_verification(&ada, Purpose::PasswordReset).await;
    let found = accounts::find_session(app, &opened.token)
        .await
        .expect("the database answers");
    let session = found.expect("a session");
    let user = user::Entity::find().one(&app.db).await.expect("the database answers");
    let deleted = accounts::delete_verified(app, &session, user.expect("a user")).await;
    assert_eq!(deleted, Ok(()));

    assert_eq!(ada.core.count::<user::Entity>().await, 0);
    assert_eq!(ada.core.count::<session::Entity>().await, 0);
    let left = verification::Entity::find()
        .all(&app.db)
        .await
        .expect("the database answers");
    // The resets are decoys now, so that nobody sees them end.
    let (resets, left): (Vec<_>, Vec<_>) = left.iter().partition(|row| row.purpose == Purpose::PasswordReset);
    assert_eq!(resets.len(), 2);
    assert!(
        resets.iter().all(|row| row.user_id.is_none() && !row.mailed),
        "{resets:?}"
    );
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!((left[0].user_id, left[0].consumed_at), (None, None), "the decoy");
    let emails = email_outbox::Entity::find()
        .all(&app.db)
        .await
        .expect("the database answers");
    let mut kinds: Vec<_> = emails.iter().map(|row| (row.kind, row.verification_id)).collect();
    // Those of the resets are sent without a code.
    kinds.retain(|(kind, _)| *kind != EmailKind::PasswordReset);
    assert_eq!(emails.len() - kinds.len(), resets.len());
    kinds.sort_by_key(|(_, verification)| verification.is_some());
    let decoy = (EmailKind::Registration, Some(left[0].id));
    assert_eq!(kinds, [(EmailKind::AccountDeleted, None), decoy]);
    // The limits name nobody.
    let limits = rate_limit::Entity::find()
        .all(&app.db)
        .await
        .expect("the database answers");
    assert!(limits.iter().all(|limit| limit.key.len() == 32));
}

#[on_both_databases]
async fn requests_in_flight_find_no_user(database: Database) {
    let ada = SignedIn::start(&database).await;
    let app = &ada.core.app;
    let registration = ada.core.register(ADA, OTHER_PASSWORD, 2).await.token;
    let deleted = ada.delete().await;
    assert_eq!(deleted, Ok(()));
    let (user, session) = (ada.user.clone(), &ada.session);
    let again = ada.delete().await;
    assert_eq!(again, Err(DomainError::WrongCurrentPassword));
    let changed = ada.replace_password("newer").await;
    assert!(matches!(changed, Err(DomainError::WrongCurrentPassword)), "{changed:?}");
    let signed_in = accounts::sign_in_verified(app, user, &client(1)).await;
    assert!(
        matches!(signed_in, Err(DomainError::InvalidCredentials)),
        "{signed_in:?}"
    );
    let revoked = accounts::revoke_other_sessions(app, session, &client(1)).await;
    assert_eq!(revoked, Err(DomainError::SessionEnded));
    assert_eq!(sessions(&app.db).await.len(), 0);
    // The registration that waited is one of a free address now.
    ada.core.send_next().await;
    ada.core.send_next().await;
    let emails = ada.core.emails();
    let code = emails.iter().find_map(|email| email.codes.first()).expect("a code");
    assert_eq!(ada.core.activate_with_token(&registration, code).await, Ok(()));
    assert_eq!(ada.core.count::<user::Entity>().await, 1);
}

#[on_both_databases]
async fn parallel_deletions_delete_once(database: Database) {
    let (app, ada) = server(&database).await;
    let deletions = (0..200).map(|_| {
        let ada = ada.clone();
        async move { ada.delete_account(PASSWORD).await }
    });
    let answers = Answers::to(deletions).await;
    answers.are_only(&["OK", "INVALID_CREDENTIALS", "UNAUTHENTICATED", "RATE_LIMITED"]);
    assert_eq!(answers.count("OK"), 1);
    assert_eq!(count::<user::Entity>(app.db()).await, 0);
    app.wait_for_empty_outbox().await;
    assert_eq!(app.mailbox().messages_to(ADA).len(), 2, "the code and the last email");
}

#[on_both_databases]
async fn deletion_beside_everything_else_leaves_nothing(database: Database) {
    let ada = SignedIn::start(&database).await;
    for purpose in [Purpose::PasswordReset, Purpose::EmailChange, Purpose::PasswordReset] {
        insert_verification(&ada, purpose).await;
    }
    let tasks: Vec<_> = (0..200)
        .map(|number| {
            let (app, session, user) = (ada.core.app.clone(), ada.session.clone(), ada.user.clone());
            tokio::spawn(async move {
                match number % 4 {
                    0 => accounts::sign_in_verified(&app, user, &client(1)).await.map(drop),
                    1 => accounts::revoke_other_sessions(&app, &session, &client(1))
                        .await
                        .map(drop),
                    2 if number == 102 => accounts::delete_verified(&app, &session, user).await,
                    2 => {
                        accounts::revoke_session(&app, &session, "01a21502-49e9-76ec-acb2-d8afd55df97f", &client(1))
                            .await
                    }
                    _ => accounts::verify(&app, &credentials(ADA, PASSWORD, 1)).await.map(drop),
                }
            })
        })
        .collect();
    // The mail worker claims, draws and deletes meanwhile.
    while ada.core.send_next().await {}
    for (number, task) in tasks.into_iter().enumerate() {
        let outcome = task.await.expect("no panic");
        let allowed = match &outcome {
            Ok(()) | Err(DomainError::InvalidCredentials | DomainError::SessionEnded) => true,
            Err(DomainError::SessionNotFound) => number % 4 == 2,
            Err(DomainError::RateLimited(_)) => number % 4 == 3,
            Err(_) => false,
        };
        assert!(allowed && (number != 102 || outcome.is_ok()), "{number}: {outcome:?}");
    }
    assert_eq!(ada.core.count::<user::Entity>().await, 0);
    assert_eq!(ada.core.count::<session::Entity>().await, 0);
    let left = verification::Entity::find().all(&ada.core.app.db).await;
    let left = left.expect("the database answers");
    let is_decoy = |row: &verification::Model| row.purpose == Purpose::PasswordReset && row.user_id.is_none();
    assert!(left.iter().all(is_decoy), "{left:?}");
}

/// SQLite has one writer.
mod postgres {
    use tests::waiting_transactions;

    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sign_in_waits_for_a_deletion_that_commits_meanwhile() {
        let database = Database::postgres().await;
        let ada = SignedIn::start(&database).await;
        let Ok(Identity::User(verified)) = ada.core.verify(&credentials(ADA, PASSWORD, 1)).await else {
            panic!("the password is right");
        };
        let other = api::database::connect(database.url()).await.expect("a connection");
        let deletion = api::database::begin(&other).await.expect("a transaction");
        let deleted = user::Entity::delete_many().exec(&deletion).await;
        deleted.expect("the user is deleted");
        let app = ada.core.app.clone();
        let sign_in = tokio::spawn(async move { accounts::sign_in_verified(&app, verified, &client(1)).await });
        eventually("the sign-in waits, or is over", async || {
            sign_in.is_finished() || waiting_transactions(&ada.core.app.db).await == 1
        })
        .await;
        deletion.commit().await.expect("the commit succeeds");
        let outcome = sign_in.await.expect("no panic");
        assert!(matches!(outcome, Err(DomainError::InvalidCredentials)), "{outcome:?}");
    }
}
