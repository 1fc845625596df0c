//! A user has at most 50 sessions.

use api::accounts;
use api::sessions::SessionToken;
use entity::session;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use tests::{Database, client, on_both_databases};

use super::{SignedIn, sessions};

/// Signs in a second after the last time.
async fn sign_in(ada: &SignedIn) -> SessionToken {
    ada.core.advance(1);
    let opened = accounts::sign_in_verified(&ada.core.app, ada.user.clone(), &client(1)).await;
    opened.expect("a session").1.token
}

async fn is_live(ada: &SignedIn, token: &SessionToken) -> bool {
    let found = accounts::find_session(&ada.core.app, token).await;
    found.expect("the database answers").is_some()
}

#[on_both_databases]
async fn opening_one_more_ends_the_session_idle_longest(database: Database) {
    let ada = SignedIn::start(&database).await;
    // With the two of the start.
    let mut tokens = vec![sign_in(&ada).await];
    let opened_at = ada.core.app.clock.now();
    for _ in 3..50 {
        tokens.push(sign_in(&ada).await);
    }
    assert_eq!(sessions(&ada.core.app.db).await.len(), 50);
    // As if the first of these had been used since.
    session::Entity::update_many()
        .col_expr(session::Column::LastUsedAt, Expr::value(ada.core.app.clock.now()))
        .filter(session::Column::CreatedAt.eq(opened_at))
        .exec(&ada.core.app.db)
        .await
        .expect("the update succeeds");
    for _ in 0..3 {
        let newest = sign_in(&ada).await;
        assert!(is_live(&ada, &newest).await);
    }
    assert_eq!(sessions(&ada.core.app.db).await.len(), 50);
    assert!(is_live(&ada, &tokens[0]).await, "it was used");
    assert!(!is_live(&ada, &tokens[1]).await, "it was idle longest");
    assert!(is_live(&ada, &tokens[2]).await);
}

#[on_both_databases]
async fn session_that_has_ended_does_not_count(database: Database) {
    let ada = SignedIn::start(&database).await;
    let first = sign_in(&ada).await;
    // The three so far have ended, by their age and by their rest.
    let ends = [session::Column::ExpiresAt, session::Column::LastUsedAt];
    for (row, end) in sessions(&ada.core.app.db).await.iter().zip(ends.into_iter().cycle()) {
        let past = ada.core.app.clock.now() - ada.core.app.policy.session_ttl;
        let update = session::Entity::update_many().col_expr(end, Expr::value(past));
        let update = update.filter(session::Column::Id.eq(row.id));
        update.exec(&ada.core.app.db).await.expect("the update succeeds");
    }
    assert!(!is_live(&ada, &first).await);
    let mut tokens = Vec::new();
    for _ in 0..50 {
        tokens.push(sign_in(&ada).await);
    }
    for token in &tokens {
        assert!(is_live(&ada, token).await);
    }
}

#[on_both_databases]
async fn new_session_is_live_whatever_its_id(database: Database) {
    let ada = SignedIn::start(&database).await;
    // All within a millisecond: which id is larger is chance.
    for _ in 0..70 {
        let opened = accounts::sign_in_verified(&ada.core.app, ada.user.clone(), &client(1)).await;
        assert!(is_live(&ada, &opened.expect("a session").1.token).await);
    }
    assert_eq!(sessions(&ada.core.app.db).await.len(), 50);
}

#[on_both_databases]
async fn parallel_sign_ins_leave_50_sessions(database: Database) {
    let ada = SignedIn::start(&database).await;
    let sign_ins = (0..200).map(|_| {
        let (app, user) = (ada.core.app.clone(), ada.user.clone());
        tokio::spawn(async move { accounts::sign_in_verified(&app, user, &client(1)).await })
    });
    for sign_in in sign_ins.collect::<Vec<_>>() {
        let signed_in = sign_in.await.expect("no panic");
        assert!(signed_in.is_ok(), "{signed_in:?}");
    }
    assert_eq!(sessions(&ada.core.app.db).await.len(), 50);
}
