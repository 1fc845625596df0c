//! The server deletes expired rows.

use api::accounts::{self, DomainError};
use api::clock::Clock;
use api::policy::Policy;
use entity::{Timestamp, email_outbox, rate_limit, session, sweep_clock, user, verification};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, EntityTrait};
use tests::{Database, PASSWORD, TestApp, TestCore, count, credentials, eventually, on_both_databases};

use crate::seconds;

const HOUR: u64 = 60 * 60;
const DAY: u64 = 24 * HOUR;

#[on_both_databases]
async fn sweep_deletes_registrations_after_a_day(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_activate("ada@example.com", PASSWORD).await;
    app.register_and_read_code("bob@example.com", PASSWORD).await;
    app.clock.advance(seconds(DAY - 1));
    accounts::sweep(app.server().app()).await.expect("the sweep succeeds");
    assert_eq!(count::<verification::Entity>(app.db()).await, 2);
    app.clock.advance(seconds(1));
    // The server may be sweeping with the time before.
    eventually("the registrations are deleted", async || {
        accounts::sweep(app.server().app()).await.expect("the sweep succeeds");
        count::<verification::Entity>(app.db()).await == 0
    })
    .await;
    assert_eq!(count::<user::Entity>(app.db()).await, 1);
    app.sign_in("bob@example.com", PASSWORD)
        .await
        .fails_with("INVALID_CREDENTIALS");
    app.sign_in("ada@example.com", PASSWORD).await.succeeds();
}

/// The mail worker may be about to delete the emails.
#[on_both_databases]
async fn sweep_leaves_registrations_with_pending_emails(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    core.advance(DAY);
    accounts::sweep(&core.app).await.expect("the sweep succeeds");
    assert_eq!(core.count::<verification::Entity>().await, 1);
    assert!(core.send_next().await, "there is nothing to send any more");
    assert_eq!(core.count::<email_outbox::Entity>().await, 0);
    accounts::sweep(&core.app).await.expect("the sweep succeeds");
    assert_eq!(core.count::<verification::Entity>().await, 0);
    assert!(core.emails().is_empty());
}

#[on_both_databases]
async fn server_sweeps_ended_sessions_and_unused_limits(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_activate("ada@example.com", PASSWORD).await;
    assert_eq!(count::<session::Entity>(app.db()).await, 1);
    assert!(count::<rate_limit::Entity>(app.db()).await > 0);
    app.clock.advance(seconds(15 * DAY));
    eventually("all expired rows are deleted", async || {
        // The first sweep may still be at work, with the time before.
        app.clock.advance(seconds(600));
        count::<session::Entity>(app.db()).await == 0 && count::<rate_limit::Entity>(app.db()).await == 0
    })
    .await;
    assert_eq!(count::<user::Entity>(app.db()).await, 1);
}

#[on_both_databases]
async fn sweep_deletes_sessions_past_their_absolute_lifetime(database: Database) {
    let policy = Policy {
        session_idle: seconds(100 * DAY),
        ..Policy::default()
    };
    let core = TestCore::with_policy(&database, policy).await;
    let token = core.register("ada@example.com", PASSWORD, 1).await.token;
    core.send_next().await;
    let newest_code = core.newest_code("ada@example.com");
    assert_eq!(core.activate_with_token(&token, &newest_code).await, Ok(()));
    for (wait, sessions) in [(30 * DAY - 1, 1), (1, 0)] {
        core.advance(wait);
        accounts::sweep(&core.app).await.expect("the sweep succeeds");
        assert_eq!(core.count::<session::Entity>().await, sessions);
    }
}

#[on_both_databases]
async fn sweep_keeps_limits_in_use(database: Database) {
    let core = TestCore::start(&database).await;
    let wrong = credentials("ada@example.com", "wrong password", 1);
    let bob = credentials("bob@example.com", PASSWORD, 1);
    // Both limits were first used so long ago that they would be unused now without the later uses.
    assert_eq!(core.verify(&wrong).await.err(), Some(DomainError::InvalidCredentials));
    core.advance(3 * HOUR - 1);
    for _ in 0..6 {
        assert_eq!(core.verify(&wrong).await.err(), Some(DomainError::InvalidCredentials));
    }
    core.register("bob@example.com", PASSWORD, 1).await;
    core.advance(30);
    core.register("bob@example.com", PASSWORD, 1).await;
    core.advance(1);
    accounts::sweep(&core.app).await.expect("the sweep succeeds");
    assert!(matches!(core.verify(&wrong).await, Err(DomainError::RateLimited(_))));
    assert_eq!(core.resend(&bob).await, Err(DomainError::EmailsLimited(seconds(29))));
}

#[on_both_databases]
async fn sweep_deletes_more_than_one_batch(database: Database) {
    let core = TestCore::start(&database).await;
    let long_ago = Timestamp::from_millis(0);
    let rows = (0..1_001_u32).map(|number| rate_limit::ActiveModel {
        key: Set(number.to_be_bytes().to_vec()),
        releases: Set(String::new()),
        theoretical_arrival: Set(long_ago),
        capacity: Set(1),
        interval_ms: Set(1),
        taken_at: Set(long_ago),
        tripped_until: Set(None),
        expires_at: Set(long_ago),
    });
    rate_limit::Entity::insert_many(rows)
        .exec(&core.app.db)
        .await
        .expect("the rows are new");
    assert_eq!(accounts::sweep(&core.app).await, Ok(1_001));
    assert_eq!(core.count::<rate_limit::Entity>().await, 0);
}

/// Another server takes the lease until an instant.
async fn lease_until(core: &TestCore, until: Timestamp) {
    let lease = sweep_clock::Entity::update_many()
        .col_expr(sweep_clock::Column::Lease, Expr::value(Uuid::from_u128(1)))
        .col_expr(sweep_clock::Column::LeasedUntil, Expr::value(until));
    lease.exec(&core.app.db).await.expect("the update succeeds");
}

#[on_both_databases]
async fn one_server_sweeps_at_a_time(database: Database) {
    let core = TestCore::start(&database).await;
    core.create_user("ada@example.com").await;
    core.advance(DAY);
    lease_until(&core, core.clock.now() + seconds(60)).await;
    assert_eq!(accounts::sweep(&core.app).await, Ok(0));
    // The lease of a server that died ends.
    core.advance(60);
    assert!(accounts::sweep(&core.app).await.expect("the sweep succeeds") > 0);
    // The sweep gives its lease back, so that another one can begin at once.
    let row = sweep_clock::Entity::find().one(&core.app.db).await;
    let row = row.expect("the database answers").expect("the row");
    assert_eq!((row.lease, row.leased_until), (None, None));
}

#[on_both_databases]
async fn lease_from_a_clock_ahead_stops_no_sweep(database: Database) {
    let core = TestCore::start(&database).await;
    core.create_user("ada@example.com").await;
    core.advance(DAY);
    lease_until(&core, core.clock.now() + seconds(DAY)).await;
    assert!(accounts::sweep(&core.app).await.expect("the sweep succeeds") > 0);
}
