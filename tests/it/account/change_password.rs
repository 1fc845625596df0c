//! `changePassword`.

use api::accounts::{self, DomainError};
use entity::{EmailKind, Purpose, email_outbox, session, user, verification};
use sea_orm::EntityTrait;
use serde_json::json;
use tests::{Answers, Database, OTHER_PASSWORD, PASSWORD, TestApp, client, count, on_both_databases};

use super::{ADA, SignedIn, insert_verification, server, sessions};

#[on_both_databases]
async fn changed_password_leaves_one_new_session(database: Database) {
    let (app, ada) = server(&database).await;
    let replica = TestApp::with(&database, |builder| builder.mailer = Some(app.mailer.clone())).await;
    let elsewhere = replica.sign_in(ADA, PASSWORD).await.session_token();
    let changed = ada.change_password(PASSWORD, OTHER_PASSWORD).await;
    assert_eq!(changed.succeeds()["session"]["user"]["email"], ADA);
    let token = changed.session_token();
    replica.bearer(&token).me().await.is_active();
    for ended in [&ada, &replica.bearer(&elsewhere)] {
        ended.me().await.is_unauthenticated();
        ended
            .change_password(OTHER_PASSWORD, PASSWORD)
            .await
            .is_unauthenticated();
    }
    assert_eq!(sessions(app.db()).await.len(), 1);
    app.sign_in(ADA, PASSWORD).await.fails_with("INVALID_CREDENTIALS");
    app.sign_in(ADA, OTHER_PASSWORD).await.succeeds();
    let notice = app.next_mail(ADA).await;
    assert!(
        notice.codes.is_empty() && notice.subject.contains("password"),
        "{notice:?}"
    );
    // The same request again, with the new session.
    let replayed = app.bearer(&token).change_password(PASSWORD, OTHER_PASSWORD).await;
    replayed.fails_with("INVALID_CREDENTIALS");
}

#[on_both_databases]
async fn refused_change_changes_nothing(database: Database) {
    let (app, ada) = server(&database).await;
    let before = user::Entity::find().one(app.db()).await.expect("the database answers");
    let long = "x".repeat(129);
    for (current, new, code, field) in [
        // The new password is judged first.
        ("wrong password", "1234567", "PASSWORD_TOO_SHORT", "newPassword"),
        ("wrong password", &long, "PASSWORD_TOO_LONG", "newPassword"),
        ("wrong password", "password1", "PASSWORD_TOO_WEAK", "newPassword"),
        // The estimate knows the address.
        (PASSWORD, "ada@example.com", "PASSWORD_TOO_WEAK", "newPassword"),
        (
            "wrong password",
            OTHER_PASSWORD,
            "INVALID_CREDENTIALS",
            "currentPassword",
        ),
        ("", OTHER_PASSWORD, "INVALID_CREDENTIALS", "currentPassword"),
    ] {
        let refused = ada.change_password(current, new).await;
        refused
            .fails_with(code)
            .field(field)
            .suggestions(code == "PASSWORD_TOO_WEAK");
        assert_eq!(refused.payload()["session"], json!(null));
    }
    for client in [
        app.clone(),
        app.basic(ADA, PASSWORD),
        app.bearer("unknown"),
        app.authorized("Digest x"),
    ] {
        for new in [OTHER_PASSWORD, "short"] {
            client.change_password(PASSWORD, new).await.is_unauthenticated();
        }
    }
    ada.me().await.is_active();
    let after = user::Entity::find().one(app.db()).await.expect("the database answers");
    assert_eq!(after, before);
    assert_eq!(count::<email_outbox::Entity>(app.db()).await, 0);
    assert_eq!(app.mailbox().messages().len(), 1, "the code");
}

#[on_both_databases]
async fn only_the_verified_credentials_change_the_user(database: Database) {
    let ada = SignedIn::start(&database).await;
    let app = &ada.core.app;
    // Neither an older version of the credentials nor a disabled user.
    for (version, disabled) in [(1, false), (0, true)] {
        let mut changed: user::ActiveModel = ada.user.clone().into();
        changed.credential_version = sea_orm::ActiveValue::Set(version);
        changed.disabled_at = sea_orm::ActiveValue::Set(disabled.then(|| app.clock.now()));
        user::Entity::update(changed)
            .exec(&app.db)
            .await
            .expect("the update succeeds");
        let outcome = ada.replace_password("newer").await;
        assert!(matches!(outcome, Err(DomainError::WrongCurrentPassword)), "{outcome:?}");
        assert_eq!(ada.delete().await, Err(DomainError::WrongCurrentPassword));
    }
    let stored = user::Entity::find().one(&app.db).await.expect("the database answers");
    assert_eq!(stored.expect("a user").password_hash, ada.user.password_hash);
    assert_eq!(sessions(&app.db).await.len(), 2);
    assert_eq!(ada.core.count::<email_outbox::Entity>().await, 0);
}

#[on_both_databases]
async fn session_that_ends_meanwhile_changes_nothing(database: Database) {
    let ada = SignedIn::start(&database).await;
    let app = &ada.core.app;
    session::Entity::delete_many()
        .exec(&app.db)
        .await
        .expect("the sessions end");
    let outcome = ada.replace_password("newer").await;
    assert!(matches!(outcome, Err(DomainError::SessionEnded)), "{outcome:?}");
    let outcome = ada.delete().await;
    assert_eq!(outcome, Err(DomainError::SessionEnded));
    let stored = user::Entity::find().one(&app.db).await.expect("the database answers");
    assert_eq!(stored, Some(ada.user));
    assert_eq!(sessions(&app.db).await.len(), 0);
    assert_eq!(ada.core.count::<email_outbox::Entity>().await, 0);
}

#[on_both_databases]
async fn one_of_200_parallel_changes_succeeds(database: Database) {
    let ada = SignedIn::start(&database).await;
    let changes = (0..200).map(|number| {
        let (app, session, user) = (ada.core.app.clone(), ada.session.clone(), ada.user.clone());
        tokio::spawn(async move {
            accounts::replace_password(&app, &session, user, format!("hash {number}"), &client(1)).await
        })
    });
    let mut winners = Vec::new();
    for (number, change) in changes.collect::<Vec<_>>().into_iter().enumerate() {
        match change.await.expect("no panic") {
            Ok(_) => winners.push(format!("hash {number}")),
            Err(error) => assert_eq!(error, DomainError::WrongCurrentPassword),
        }
    }
    let stored = user::Entity::find()
        .one(&ada.core.app.db)
        .await
        .expect("the database answers");
    let stored = stored.expect("a user");
    assert_eq!((stored.credential_version, vec![stored.password_hash.0]), (1, winners));
    assert_eq!(sessions(&ada.core.app.db).await.len(), 1);
    assert_eq!(ada.core.count::<email_outbox::Entity>().await, 1);
}

#[on_both_databases]
async fn parallel_changes_over_http_leave_one_session(database: Database) {
    let (app, ada) = server(&database).await;
    let changes = (0..40).map(|_| {
        let ada = ada.clone();
        async move { ada.change_password(PASSWORD, OTHER_PASSWORD).await }
    });
    let answers = Answers::to(changes).await;
    answers.are_only(&["OK", "INVALID_CREDENTIALS", "UNAUTHENTICATED", "RATE_LIMITED"]);
    assert_eq!(answers.count("OK"), 1);
    assert_eq!(sessions(app.db()).await.len(), 1);
}

#[on_both_databases]
async fn change_ends_resets_and_keeps_the_change_of_address(database: Database) {
    let ada = SignedIn::start(&database).await;
    let app = &ada.core.app;
    for purpose in [Purpose::PasswordReset, Purpose::PasswordReset, Purpose::EmailChange] {
        insert_verification(&ada, purpose).await;
    }
    ada.replace_password("newer").await.expect("the password changes");
    let left = verification::Entity::find()
        .all(&app.db)
        .await
        .expect("the database answers");
    // The resets are decoys now, so that nobody sees them end.
    let (decoys, left): (Vec<_>, Vec<_>) = left.iter().partition(|row| row.purpose == Purpose::PasswordReset);
    assert_eq!(decoys.len(), 2);
    assert!(
        decoys.iter().all(|row| row.user_id.is_none() && !row.mailed),
        "{decoys:?}"
    );
    let mut purposes: Vec<_> = left
        .iter()
        .map(|row| (row.purpose, row.consumed_at.is_some()))
        .collect();
    purposes.sort_by_key(|(_, consumed)| *consumed);
    assert_eq!(purposes, [(Purpose::EmailChange, false), (Purpose::Registration, true)]);
    let emails = email_outbox::Entity::find()
        .all(&app.db)
        .await
        .expect("the database answers");
    let mut kinds: Vec<_> = emails
        .iter()
        .map(|row| (row.kind, row.verification_id.is_some()))
        .collect();
    // Those of the decoys are sent without a code.
    kinds.retain(|(kind, _)| *kind != EmailKind::PasswordReset);
    assert_eq!(emails.len() - kinds.len(), decoys.len());
    kinds.sort_by_key(|(_, of_verification)| *of_verification);
    assert_eq!(
        kinds,
        [(EmailKind::PasswordChanged, false), (EmailKind::EmailChange, true)]
    );
}
