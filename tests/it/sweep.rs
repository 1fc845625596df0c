//! The server deletes expired rows.

use api::accounts;
use entity::{rate_limit, session, user, verification};
use tests::{Database, PASSWORD, TestApp, count, eventually, on_both_databases};

use crate::seconds;

const DAY: u64 = 24 * 60 * 60;

#[on_both_databases]
async fn sweep_deletes_registrations_after_a_day(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_activate("ada@example.com", PASSWORD).await;
    app.register_and_read_code("bob@example.com", PASSWORD).await;
    app.clock.advance(seconds(DAY - 1));
    accounts::sweep(app.server().app()).await.expect("the sweep succeeds");
    assert_eq!(count::<verification::Entity>(app.db()).await, 2);
    app.clock.advance(seconds(1));
    accounts::sweep(app.server().app()).await.expect("the sweep succeeds");
    assert_eq!(count::<verification::Entity>(app.db()).await, 0);
    assert_eq!(count::<user::Entity>(app.db()).await, 1);
    app.sign_in("bob@example.com", PASSWORD)
        .await
        .fails_with("INVALID_CREDENTIALS");
    app.sign_in("ada@example.com", PASSWORD).await.succeeds();
}

#[on_both_databases]
async fn server_sweeps_ended_sessions_and_unused_limits(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_activate("ada@example.com", PASSWORD).await;
    assert_eq!(count::<session::Entity>(app.db()).await, 1);
    assert!(count::<rate_limit::Entity>(app.db()).await > 0);
    app.clock.advance(seconds(15 * DAY));
    eventually("all expired rows are deleted", async || {
        count::<session::Entity>(app.db()).await == 0 && count::<rate_limit::Entity>(app.db()).await == 0
    })
    .await;
    assert_eq!(count::<user::Entity>(app.db()).await, 1);
}
