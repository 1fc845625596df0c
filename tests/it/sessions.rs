//! How long sessions live, and how they end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use api::accounts::me_by_session;
use api::clock::Clock;
use api::sessions::{SessionLookup, SessionToken};
use entity::{Timestamp, session, user};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;
use tests::{Database, ManualClock, PASSWORD, TestApp, TestCore, eventually, on_both_databases};

use crate::clock::wait_until_swept;
use crate::seconds;

const DAY: u64 = 24 * 60 * 60;

/// A clock that panics on its first use.
struct BrokenOnce(ManualClock, AtomicBool);

impl Clock for BrokenOnce {
    fn now(&self) -> Timestamp {
        assert!(!self.1.swap(false, Ordering::Relaxed), "on purpose");
        self.0.now()
    }

    fn monotonic(&self) -> std::time::Instant {
        self.0.monotonic()
    }

    fn sleep_until(&self, instant: std::time::Instant) -> futures_util::future::BoxFuture<'static, ()> {
        self.0.sleep_until(instant)
    }
}

#[on_both_databases]
async fn session_expires_after_its_idle_timeout(database: Database) {
    let app = TestApp::start(&database).await;
    let token = app.register_and_activate("ada@example.com", PASSWORD).await;
    let ada = app.bearer(&token);
    app.clock.advance(seconds(7 * DAY - 1));
    ada.me().await.is_active();
    eventually("the last use is written", async || {
        last_used(&app).await > Some(app.clock.now() - seconds(1))
    })
    .await;
    app.clock.advance(seconds(7 * DAY - 1));
    ada.me().await.is_active();
    eventually("the last use is written", async || {
        last_used(&app).await > Some(app.clock.now() - seconds(1))
    })
    .await;
    // The last use is written at most hourly, so the idle timeout may be up to an hour late.
    app.clock.advance(seconds(7 * DAY + 60 * 60));
    ada.me().await.is_unauthenticated();
}

#[on_both_databases]
async fn session_in_use_does_not_become_idle(database: Database) {
    for idle in [5, 60, 2 * 60 * 60] {
        let app = TestApp::with(&database, |app| app.policy.session_idle = seconds(idle)).await;
        wait_until_swept(&app).await;
        let token = app
            .register_and_activate(&format!("idle{idle}@example.com"), PASSWORD)
            .await;
        for _ in 0..10 {
            app.clock.advance(seconds(idle - 1));
            app.bearer(&token).me().await.is_active();
            eventually("the last use is written", async || {
                last_used(&app).await == Some(app.clock.now())
            })
            .await;
        }
        app.clock.advance(seconds(idle * 2));
        app.bearer(&token).me().await.is_unauthenticated();
        app.bearer(&token).sign_out().await;
        app.stop().await;
    }
}

#[on_both_databases]
async fn unwritten_use_keeps_the_session_alive(database: Database) {
    let app = TestApp::start(&database).await;
    let token = app.register_and_activate("ada@example.com", PASSWORD).await;
    app.clock.advance(seconds(60 * 60 - 1));
    app.bearer(&token).me().await.is_active();
    app.clock.advance(seconds(7 * DAY - 1));
    app.bearer(&token).me().await.is_active();
}

#[on_both_databases]
async fn batched_lookups_return_the_right_users(database: Database) {
    let app = TestApp::start(&database).await;
    let mut tokens = Vec::new();
    for number in 0..5 {
        tokens.push(
            app.register_and_activate(&format!("user{number}@example.com"), PASSWORD)
                .await,
        );
    }
    tokens.push("unknown".to_owned());
    let lookups = (0..120).map(|number| {
        let client = app.bearer(&tokens[number % 6]);
        tokio::spawn(async move { (number % 6, client.me().await) })
    });
    for lookup in lookups.collect::<Vec<_>>() {
        match lookup.await.expect("no panic") {
            (5, answer) => answer.is_unauthenticated(),
            (user, answer) => answer.is_user(&format!("user{user}@example.com")),
        }
    }
    // A session that has ended stays ended in a batch with others.
    app.bearer(&tokens[0]).sign_out().await.succeeds();
    let (ended, open) = (app.bearer(&tokens[0]), app.bearer(&tokens[1]));
    let (ended, open) = tokio::join!(ended.me(), open.me());
    ended.is_unauthenticated();
    open.is_active();
}

#[on_both_databases]
async fn session_of_a_disabled_user_is_unauthenticated(database: Database) {
    let app = TestApp::start(&database).await;
    let token = app.register_and_activate("ada@example.com", PASSWORD).await;
    let disable = user::Entity::update_many().col_expr(user::Column::DisabledAt, Expr::value(app.clock.now()));
    disable.exec(app.db()).await.expect("the update succeeds");
    app.bearer(&token).me().await.is_unauthenticated();
}

#[on_both_databases]
async fn panicking_lookup_does_not_stop_later_ones(database: Database) {
    let mut core = TestCore::start(&database).await;
    let broken = BrokenOnce(core.clock.clone(), AtomicBool::new(true));
    core.app.sessions = SessionLookup::start(core.app.db.clone(), Arc::new(broken), core.app.policy);
    let token = SessionToken::new("unknown".to_owned());
    assert!(me_by_session(&core.app, &token).await.is_err());
    assert!(
        me_by_session(&core.app, &token)
            .await
            .expect("the lookup succeeds")
            .is_none()
    );
}

#[on_both_databases]
async fn session_expires_after_its_absolute_lifetime(database: Database) {
    let app = TestApp::with(&database, |app| app.policy.session_idle = seconds(100 * DAY)).await;
    let token = app.register_and_activate("ada@example.com", PASSWORD).await;
    app.clock.advance(seconds(30 * DAY - 1));
    app.bearer(&token).me().await.is_active();
    app.clock.advance(seconds(1));
    app.bearer(&token).me().await.is_unauthenticated();
}

#[on_both_databases]
async fn last_use_is_written_at_most_hourly(database: Database) {
    let app = TestApp::start(&database).await;
    let token = app.register_and_activate("ada@example.com", PASSWORD).await;
    let opened = last_used(&app).await;
    app.clock.advance(seconds(60 * 60 - 1));
    app.bearer(&token).me().await;
    assert_eq!(last_used(&app).await, opened);
    app.clock.advance(seconds(1));
    app.bearer(&token).me().await;
    eventually("the last use is written", async || {
        last_used(&app).await == Some(app.clock.now())
    })
    .await;
}

#[on_both_databases]
async fn use_of_one_session_does_not_prolong_another(database: Database) {
    let app = TestApp::start(&database).await;
    let used = app.register_and_activate("ada@example.com", PASSWORD).await;
    app.sign_in("ada@example.com", PASSWORD).await.succeeds();
    app.clock.advance(seconds(DAY));
    app.bearer(&used).me().await.is_active();
    let written = session::Entity::find().filter(session::Column::LastUsedAt.eq(app.clock.now()));
    eventually("the last use is written", async || {
        written.clone().count(app.db()).await != Ok(0)
    })
    .await;
    assert_eq!(written.count(app.db()).await, Ok(1));
}

#[on_both_databases]
async fn sign_out_ends_one_session_on_every_replica(database: Database) {
    let app = TestApp::start(&database).await;
    let replica = TestApp::with(&database, |builder| builder.mailer = Some(app.mailer.clone())).await;
    let first = app.register_and_activate("ada@example.com", PASSWORD).await;
    let second = replica.sign_in("ada@example.com", PASSWORD).await.session_token();

    assert_eq!(
        app.bearer(&first).sign_out().await.body,
        json!({ "data": { "signOut": { "userErrors": [] } } })
    );
    replica.bearer(&first).me().await.is_unauthenticated();
    app.bearer(&second).me().await.is_active();
    // An ended session is not an error for `signOut`; a missing one is.
    app.bearer(&first).sign_out().await.succeeds();
    for client in [app.clone(), app.basic("ada@example.com", PASSWORD)] {
        client.sign_out().await.is_unauthenticated();
    }
}

#[on_both_databases]
async fn session_needs_its_token_and_stores_only_the_digest(database: Database) {
    let app = TestApp::start(&database).await;
    let token = app.register_and_activate("ada@example.com", PASSWORD).await;
    assert_eq!(token.len(), 43);
    let row = session::Entity::find()
        .one(app.db())
        .await
        .expect("the database answers")
        .expect("a session");
    assert_ne!(row.token_digest.0, token.as_bytes());
    assert!(!format!("{row:?}").contains(&token));
    let long = "x".repeat(5_000);
    for other in [&token[..42], &long, &row.id.to_string(), "AAAA"] {
        app.bearer(other).me().await.is_unauthenticated();
    }
    for header in ["Bearer", "Bearer ", "Bearer a b", &format!("Token {token}"), &token] {
        app.authorized(header).me().await.is_unauthenticated();
    }
}

async fn last_used(app: &TestApp) -> Option<entity::Timestamp> {
    session::Entity::find()
        .one(app.db())
        .await
        .expect("the database answers")
        .map(|session| session.last_used_at)
}
