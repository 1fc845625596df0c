//! `revokeSession` and `revokeOtherSessions`.

use api::accounts::{self, DomainError};
use api::sessions::OpenedSession;
use entity::session;
use serde_json::json;
use tests::{Answers, Database, OTHER_PASSWORD, PASSWORD, TestApp, TestCore, client, count, on_both_databases};

use super::session_list::{current_id, ids};
use super::{ADA, server, sessions};

#[on_both_databases]
async fn sessions_of_others_are_neither_listed_nor_ended(database: Database) {
    let (app, ada) = server(&database).await;
    let token = app.register_and_activate("bob@example.com", OTHER_PASSWORD).await;
    let bob = app.bearer(&token);
    let of_ada = current_id(&ada).await;
    assert_eq!(ids(&bob.sessions(json!({})).await).len(), 1);
    let unknown = "00000000-0000-7000-8000-000000000000";
    for id in [&of_ada, unknown, "", "1", "not an id", "🦀"] {
        bob.revoke_session(id).await.fails_with("SESSION_NOT_FOUND");
    }
    assert_eq!(bob.revoke_other_sessions().await.succeeds()["revokedCount"], 0);
    ada.me().await.is_active();
}

#[on_both_databases]
async fn revoked_sessions_end_on_every_replica(database: Database) {
    let (app, ada) = server(&database).await;
    let replica = TestApp::with(&database, |builder| builder.mailer = Some(app.mailer.clone())).await;
    let mut others = Vec::new();
    for _ in 0..3 {
        others.push(replica.sign_in(ADA, PASSWORD).await.session_token());
    }
    let id = current_id(&replica.bearer(&others[0])).await;
    ada.revoke_session(&id).await.succeeds();
    replica.bearer(&others[0]).me().await.is_unauthenticated();
    ada.revoke_session(&id).await.fails_with("SESSION_NOT_FOUND");
    assert_eq!(ada.revoke_other_sessions().await.succeeds()["revokedCount"], 2);
    for other in &others {
        let other = replica.bearer(other);
        other.me().await.is_unauthenticated();
        other.revoke_session(&id).await.is_unauthenticated();
        other.revoke_other_sessions().await.is_unauthenticated();
    }
    // The own session too.
    let own = current_id(&ada).await;
    ada.revoke_session(&own).await.succeeds();
    ada.me().await.is_unauthenticated();
    assert_eq!(count::<session::Entity>(app.db()).await, 0);
}

#[on_both_databases]
async fn ending_sessions_needs_a_bearer_token(database: Database) {
    let (app, ada) = server(&database).await;
    let own = current_id(&ada).await;
    for client in [
        app.clone(),
        app.basic(ADA, PASSWORD),
        app.bearer("unknown"),
        app.authorized("Digest x"),
    ] {
        client.revoke_session(&own).await.is_unauthenticated();
        client.revoke_other_sessions().await.is_unauthenticated();
    }
    ada.me().await.is_active();
    // The field before has ended the session.
    let query = "mutation($i:RevokeSessionInput!){revokeSession(input:$i){userErrors{code}} \
        revokeOtherSessions{revokedCount}}";
    let answer = ada.send(query, json!({ "i": { "id": own } })).await;
    answer.is_unauthenticated();
    ada.me().await.is_unauthenticated();
}

#[on_both_databases]
async fn session_that_ended_meanwhile_ends_no_other(database: Database) {
    let core = TestCore::start(&database).await;
    let (user, ended, _) = core.create_signed_in_user(ADA, PASSWORD).await;
    let opened = accounts::sign_in_verified(&core.app, user, &client(2)).await;
    let (_, OpenedSession { token, .. }) = opened.expect("a session");
    let found = accounts::find_session(&core.app, &token).await;
    let owner = found.expect("the database answers").expect("a live session");
    let revoked = accounts::revoke_other_sessions(&core.app, &owner, &client(2)).await;
    assert!(revoked.is_ok(), "{revoked:?}");
    let left = sessions(&core.app.db).await.remove(0);

    let revoked = accounts::revoke_session(&core.app, &ended, &left.id.to_string(), &client(1)).await;
    assert_eq!(revoked, Err(DomainError::SessionEnded));
    assert_eq!(core.count::<session::Entity>().await, 1);
}

#[on_both_databases]
async fn one_of_two_sessions_that_end_each_other_remains(database: Database) {
    let (app, ada) = server(&database).await;
    let mut clients = vec![ada];
    for _ in 1..20 {
        let token = app.sign_in(ADA, PASSWORD).await.session_token();
        clients.push(app.bearer(&token));
    }
    let requests = clients.iter().flat_map(|client| vec![client.clone(); 10]);
    let requests = requests.map(|client| async move { client.revoke_other_sessions().await });
    let answers = Answers::to(requests).await;
    answers.are_only(&["OK", "UNAUTHENTICATED"]);
    assert!(answers.count("OK") > 0);
    let left = sessions(app.db()).await;
    assert_eq!(left.len(), 1, "{left:?}");
}

#[on_both_databases]
async fn session_is_revoked_once(database: Database) {
    let (app, ada) = server(&database).await;
    let token = app.sign_in(ADA, PASSWORD).await.session_token();
    let id = current_id(&app.bearer(&token)).await;
    let requests = (0..200).map(|_| {
        let (ada, id) = (ada.clone(), id.clone());
        async move { ada.revoke_session(&id).await }
    });
    let answers = Answers::to(requests).await;
    answers.are_only(&["OK", "SESSION_NOT_FOUND"]);
    assert_eq!(answers.count("OK"), 1);
}
