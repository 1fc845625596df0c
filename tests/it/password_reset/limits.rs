//! The limits of a reset.

use api::accounts::{self, DomainError};
use api::credentials::{EmailAddress, Hasher, HashingConfig, NewPassword};
use api::verification::Code;
use tests::{Database, OTHER_PASSWORD, PASSWORD, TestApp, TestCore, client, on_both_databases};

use super::{EMAIL, request};
use crate::{loopback, seconds};

#[on_both_databases]
async fn emails_are_limited_apart_from_registrations(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_activate(EMAIL, PASSWORD).await;
    // Somebody uses up the budget of registrations.
    for network in 2..=4 {
        for _ in 0..3 {
            app.clock.advance(seconds(30));
            app.at(loopback(network))
                .register(EMAIL, OTHER_PASSWORD)
                .await
                .succeeds();
        }
    }
    app.at(loopback(9))
        .register(EMAIL, OTHER_PASSWORD)
        .await
        .fails_with("RATE_LIMITED");
    // The owner resets all the same.
    app.wait_for_empty_outbox().await;
    app.request_password_reset(EMAIL).await.succeeds();
    app.request_password_reset(EMAIL)
        .await
        .fails_with("RATE_LIMITED")
        .retry_after(30);
    for _ in 0..2 {
        app.clock.advance(seconds(30));
        app.request_password_reset(EMAIL).await.succeeds();
    }
    app.clock.advance(seconds(30));
    app.request_password_reset(EMAIL)
        .await
        .fails_with("RATE_LIMITED")
        .retry_after(3_600 - 90);
}

#[on_both_databases]
async fn ten_emails_an_hour_from_all_networks(database: Database) {
    let app = TestApp::start(&database).await;
    for network in 1..=10 {
        app.at(loopback(network)).request_password_reset(EMAIL).await.succeeds();
    }
    app.at(loopback(11))
        .request_password_reset(EMAIL)
        .await
        .fails_with("RATE_LIMITED")
        .retry_after(3_600);
}

#[on_both_databases]
async fn refused_request_changes_nothing(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_activate(EMAIL, PASSWORD).await;
    let (token, code) = request(&app).await;
    app.request_password_reset(EMAIL).await.fails_with("RATE_LIMITED");
    app.reset_password(&token, &code, OTHER_PASSWORD).await.succeeds();
}

#[on_both_databases]
async fn both_mutations_count_against_the_client(database: Database) {
    let app = TestApp::with(&database, |builder| builder.client_limit_per_minute = 2).await;
    app.request_password_reset(EMAIL).await.succeeds();
    app.reset_password("unknown", "00000000", PASSWORD)
        .await
        .fails_with("VERIFICATION_NOT_FOUND");
    app.request_password_reset("bob@example.com")
        .await
        .fails_with("RATE_LIMITED");
    app.reset_password("unknown", "00000000", PASSWORD)
        .await
        .fails_with("RATE_LIMITED");
}

#[on_both_databases]
async fn full_hash_queue_costs_no_try(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_activate(EMAIL, PASSWORD).await;
    let (token, code) = request(&app).await;
    let places = app.server().app().hasher.clone();
    let held: Vec<_> = std::iter::from_fn(|| places.reserve().ok()).collect();
    for _ in 0..4 {
        app.reset_password(&token, &code, OTHER_PASSWORD).await.is_overloaded();
    }
    drop(held);
    app.reset_password(&token, &code, OTHER_PASSWORD).await.succeeds();
}

#[on_both_databases]
async fn right_code_that_cannot_be_hashed_costs_no_try(database: Database) {
    let mut core = TestCore::start(&database).await;
    core.register_and_activate(EMAIL, PASSWORD).await;
    let address = EmailAddress::parse(EMAIL).expect("an address");
    let begun = accounts::request_password_reset(&core.app, address, None, &client(1)).await;
    let token = begun.expect("a reset").token;
    core.send_next().await;
    let reset = async |core: &TestCore| {
        let emailed = Code::parse(&core.newest_code(EMAIL));
        let (password, now) = (NewPassword::parse(OTHER_PASSWORD.to_owned()), core.app.clock.now());
        let client = client(1);
        let reset = accounts::reset_password(&core.app, &token, emailed, password, now, &client);
        reset.await.map(drop)
    };
    // No thread takes a job from the queue.
    let busy = HashingConfig {
        threads: 0,
        queue: 1,
        m_kib: 8,
        t: 1,
        p: 1,
        ..HashingConfig::default()
    };
    let busy =
        Hasher::start(busy, &*core.app.random, core.app.metrics.clone(), &core.app.supervisor).expect("a hasher");
    let hasher = std::mem::replace(&mut core.app.hasher, busy);
    for _ in 0..4 {
        assert_eq!(reset(&core).await, Err(DomainError::Overloaded));
    }
    core.app.hasher = hasher;
    assert_eq!(reset(&core).await, Ok(()));
}
