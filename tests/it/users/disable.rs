//! A disabled user.

use api::accounts::disable_user;
use api::clock::Clock;
use entity::{email_outbox, session, verification};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use tests::{Answers, Database, OTHER_PASSWORD, PASSWORD, TestApp, count, on_both_databases};

use super::{insert_reset, server, user_of, users};
use crate::password_limits;

async fn disabled(database: &Database) -> (TestApp, String) {
    let app = server(database).await;
    let token = app.register_and_activate("ada@example.com", PASSWORD).await;
    users(database, &["disable", "ada@example.com"]).await.ends_with(0);
    (app, token)
}

#[on_both_databases]
async fn only_the_right_password_tells_that_an_account_is_disabled(database: Database) {
    let (app, token) = disabled(&database).await;
    app.bearer(&token).me().await.is_unauthenticated();
    let right = app.basic("ada@example.com", PASSWORD);
    app.sign_in("ada@example.com", PASSWORD)
        .await
        .fails_with("ACCOUNT_DISABLED");
    right.activate("0000").await.fails_with("ACCOUNT_DISABLED");
    right.resend().await.fails_with("ACCOUNT_DISABLED");
    right.me().await.is_unauthenticated();

    let wrong = app.sign_in("ada@example.com", OTHER_PASSWORD).await;
    let unknown = app.sign_in("unknown@example.com", OTHER_PASSWORD).await;
    wrong.fails_with("INVALID_CREDENTIALS");
    assert_eq!(wrong.redacted(), unknown.redacted());
    let wrong = app.basic("ada@example.com", OTHER_PASSWORD);
    wrong.activate("0000").await.fails_with("INVALID_CREDENTIALS");
    wrong.resend().await.fails_with("INVALID_CREDENTIALS");
    wrong.me().await.is_unauthenticated();
}

#[on_both_databases]
async fn right_password_of_a_disabled_user_uses_up_no_guesses(database: Database) {
    let (app, _) = disabled(&database).await;
    for _ in 0..10 {
        app.sign_in("ada@example.com", PASSWORD)
            .await
            .fails_with("ACCOUNT_DISABLED");
    }
    let now = app.clock.now();
    let rows = password_limits::rows(app.server().app()).await;
    assert!(rows.iter().all(|row| row.theoretical_arrival <= now));
}

#[on_both_databases]
async fn registering_a_disabled_address_notifies_its_owner(database: Database) {
    let (app, _) = disabled(&database).await;
    app.clock.advance(crate::seconds(60));
    app.register("ada@example.com", OTHER_PASSWORD).await.succeeds();
    let mail = app.next_mail("ada@example.com").await;
    assert!(mail.codes.is_empty(), "{:?}", mail.subject);
    app.sign_in("ada@example.com", OTHER_PASSWORD)
        .await
        .fails_with("NOT_ACTIVATED");
    app.sign_in("ada@example.com", PASSWORD)
        .await
        .fails_with("ACCOUNT_DISABLED");
}

#[on_both_databases]
async fn disable_ends_what_was_begun(database: Database) {
    let app = server(&database).await;
    app.register_and_activate("ada@example.com", PASSWORD).await;
    let user = user_of(&app, "ada@example.com").await;
    insert_reset(&app, &user).await;
    insert_reset(&app, &user).await;
    let now = app.clock.now();
    assert_eq!(
        disable_user(&app.server().app().into(), now, user.id).await,
        Ok(Some(1))
    );
    let after = user_of(&app, "ada@example.com").await;
    assert_eq!(after.credential_version, user.credential_version + 1);
    assert_eq!(after.disabled_at, Some(now));
    assert_eq!(after.password_hash, user.password_hash);
    let resets = verification::Entity::find().filter(verification::Column::UserId.is_not_null());
    assert_eq!(resets.count(app.db()).await, Ok(0));
    // The emails of the two decoys are sent without a code.
    assert_eq!(count::<email_outbox::Entity>(app.db()).await, 2);
    // Disabling twice changes nothing.
    app.clock.advance(crate::seconds(1));
    assert_eq!(
        disable_user(&app.server().app().into(), app.clock.now(), user.id).await,
        Ok(None)
    );
    assert_eq!(user_of(&app, "ada@example.com").await, after);
}

#[on_both_databases]
async fn two_hundred_sign_ins_beside_disable_leave_no_session(database: Database) {
    let app = server(&database).await;
    app.register_and_activate("ada@example.com", PASSWORD).await;
    let replica = TestApp::with(&database, |builder| {
        builder.mailer = Some(app.mailer.clone());
        builder.clock = app.clock.clone();
    })
    .await;
    let id = user_of(&app, "ada@example.com").await.id;
    // Each client has a network of its own.
    let requests = (0..200_u8).map(|number| {
        let client = if number % 2 == 0 { app.clone() } else { replica.clone() };
        async move {
            loop {
                let client = client.at(crate::loopback(number));
                let answer = client.sign_in("ada@example.com", PASSWORD).await;
                // Only twelve checks of one address run at once.
                if answer.outcome() != "RATE_LIMITED" {
                    return answer;
                }
            }
        }
    });
    let (answers, disabled) = tokio::join!(Answers::to(requests), async {
        // Amid them: some have opened a session.
        tests::eventually("some are signed in", async || {
            count::<session::Entity>(app.db()).await > 3
        })
        .await;
        disable_user(&app.server().app().into(), app.clock.now(), id).await
    });
    assert!(matches!(disabled, Ok(Some(2..))), "{disabled:?}");
    assert_eq!(count::<session::Entity>(app.db()).await, 0);
    answers.are_only(&["OK", "ACCOUNT_DISABLED", "INVALID_CREDENTIALS"]);
    for answer in answers.0.iter().filter(|answer| answer.outcome() == "OK") {
        app.bearer(&answer.session_token()).me().await.is_unauthenticated();
        replica.bearer(&answer.session_token()).me().await.is_unauthenticated();
    }
}
