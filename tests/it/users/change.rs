//! `api users enable` and `api users sign-out`, and what they refuse.

use tests::{Database, PASSWORD, on_both_databases};

use super::{server, user_of, users};

#[on_both_databases]
async fn enabled_user_signs_in_again_and_no_session_returns(database: Database) {
    let app = server(&database).await;
    let token = app.register_and_activate("ada@example.com", PASSWORD).await;
    let ran = users(&database, &["disable", "ada@example.com"]).await.ends_with(0);
    assert_eq!(ran.stdout, "ada@example.com: disabled, 1 session ended\n");
    let ran = users(&database, &["disable", "ada@example.com"]).await.ends_with(0);
    assert_eq!(ran.stdout, "ada@example.com: already disabled\n");
    let enabled = users(&database, &["enable", "--json", "ada@example.com"])
        .await
        .ends_with(0)
        .object();
    assert_eq!(
        (&enabled["changed"], &enabled["account"]["status"]),
        (&true.into(), &"ACTIVE".into())
    );
    let again = users(&database, &["enable", "--json", "ada@example.com"])
        .await
        .ends_with(0)
        .object();
    assert_eq!(again["changed"], false);
    app.bearer(&token).me().await.is_unauthenticated();
    let token = app.sign_in("ada@example.com", PASSWORD).await.session_token();
    app.bearer(&token).me().await.is_active();
}

#[on_both_databases]
async fn sign_out_ends_the_sessions_of_one_user(database: Database) {
    let app = server(&database).await;
    let mut ada = vec![app.register_and_activate("ada@example.com", PASSWORD).await];
    ada.push(app.sign_in("ada@example.com", PASSWORD).await.session_token());
    let bob = app.register_and_activate("bob@example.com", PASSWORD).await;
    let version = user_of(&app, "ada@example.com").await.credential_version;
    let ran = users(&database, &["sign-out", "--json", "ada@example.com"])
        .await
        .ends_with(0);
    assert_eq!(ran.object()["endedSessions"], 2);
    for token in ada {
        app.bearer(&token).me().await.is_unauthenticated();
    }
    app.bearer(&bob).me().await.is_active();
    // A sign-in that verified the password before opens no session.
    assert_eq!(user_of(&app, "ada@example.com").await.credential_version, version + 1);
    app.sign_in("ada@example.com", PASSWORD).await.succeeds();
}

#[on_both_databases]
async fn pending_account_can_only_be_activated_or_deleted(database: Database) {
    let app = server(&database).await;
    app.register("ada@example.com", PASSWORD).await.succeeds();
    for command in ["disable", "enable", "sign-out"] {
        let ran = users(&database, &[command, "ada@example.com"]).await.ends_with(1);
        assert!(
            ran.stderr.starts_with("error: the account is PENDING"),
            "{}",
            ran.stderr
        );
    }
    let ran = users(&database, &["delete", "ada@example.com"]).await.ends_with(0);
    assert_eq!(ran.stdout, "ada@example.com: deleted\n");
    app.sign_in("ada@example.com", PASSWORD)
        .await
        .fails_with("INVALID_CREDENTIALS");
}
