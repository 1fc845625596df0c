//! Sessions while the clock jumps.

use api::accounts;
use entity::{session, verification};
use sea_orm::EntityTrait;
use tests::{Database, PASSWORD, TestApp, eventually, on_both_databases};

use super::{DAY, HOUR, start};
use crate::seconds;

async fn only_session(app: &TestApp) -> session::Model {
    let found = session::Entity::find().one(app.db()).await;
    found.expect("the database answers").expect("a session")
}

#[on_both_databases]
async fn jump_ahead_ends_no_session_for_good(database: Database) {
    let app = start(&database).await;
    let token = app.register_and_activate("ada@example.com", PASSWORD).await;
    let ada = app.bearer(&token);
    app.clock.set_ahead(seconds(8 * DAY));
    ada.me().await.is_unauthenticated();
    // Longer than the period of the sweep.
    app.clock.advance(seconds(HOUR));
    accounts::sweep(app.server().app()).await.expect("the database answers");
    app.clock.set_back(seconds(8 * DAY));
    ada.me().await.is_active();
}

#[on_both_databases]
async fn session_from_a_time_ahead_lives_no_longer_than_others(database: Database) {
    let app = start(&database).await;
    app.clock.set_ahead(seconds(400 * DAY));
    let token = app.register_and_activate("ada@example.com", PASSWORD).await;
    app.register_and_read_code("bob@example.com", PASSWORD).await;
    app.clock.set_back(seconds(400 * DAY));
    // Nobody is signed out.
    let ada = app.bearer(&token);
    ada.me().await.is_active();
    eventually("the last use is corrected", async || {
        only_session(&app).await.last_used_at == api::clock::Clock::now(&app.clock)
    })
    .await;
    accounts::sweep(app.server().app()).await.expect("the database answers");
    let now = api::clock::Clock::now(&app.clock);
    assert_eq!(only_session(&app).await.expires_at, now + seconds(30 * DAY));
    let registrations = verification::Entity::find().all(app.db()).await.expect("rows");
    assert!(registrations.iter().all(|row| row.expires_at == now + seconds(DAY)));
}

#[on_both_databases]
async fn unused_session_from_a_time_ahead_becomes_idle(database: Database) {
    let app = start(&database).await;
    app.clock.set_ahead(seconds(20 * DAY));
    let token = app.register_and_activate("ada@example.com", PASSWORD).await;
    app.clock.set_back(seconds(20 * DAY));
    accounts::sweep(app.server().app()).await.expect("the database answers");
    app.clock.advance(seconds(7 * DAY + HOUR));
    app.bearer(&token).me().await.is_unauthenticated();
}
