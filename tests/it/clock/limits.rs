//! Limits outlast a clock that jumps by no more than their own time.

use api::accounts::DomainError;
use tests::{Database, PASSWORD, TestApp, TestCore, credentials, on_both_databases, wrong_code};

use super::{DAY, HOUR, wait_until_swept};
use crate::{loopback, seconds};

/// Sets the clock right that was ahead, or sets back one that was right.
const BACK: [u64; 4] = [2 * HOUR, 8 * HOUR, DAY, 400 * DAY];

fn is_limited(outcome: &Result<impl Sized, DomainError>) -> bool {
    matches!(outcome, Err(DomainError::RateLimited(_)))
}

#[on_both_databases]
async fn client_limit_ignores_the_wall_clock(database: Database) {
    let app = TestApp::with(&database, |app| app.client_limit_per_minute = 3).await;
    let sign_in = async || app.sign_in("ada@example.com", PASSWORD).await;
    for back in BACK {
        app.clock.set_ahead(seconds(back));
        for _ in 0..3 {
            sign_in().await.fails_with("INVALID_CREDENTIALS");
        }
        app.clock.set_back(seconds(back));
        sign_in().await.fails_with("RATE_LIMITED").retry_after(20);
        // A jump ahead gives nothing either.
        app.clock.set_ahead(seconds(back));
        sign_in().await.fails_with("RATE_LIMITED").retry_after(20);
        app.clock.advance(seconds(20));
        sign_in().await.fails_with("INVALID_CREDENTIALS");
        app.clock.advance(seconds(12 * HOUR));
    }
}

#[on_both_databases]
async fn password_failures_from_a_time_ahead_are_forgotten(database: Database) {
    let core = TestCore::start(&database).await;
    let (right, wrong) = (
        credentials("ada@example.com", PASSWORD, 1),
        credentials("ada@example.com", "wrong password", 1),
    );
    core.register("ada@example.com", PASSWORD, 1).await;
    assert!(core.send_next().await);
    assert_eq!(
        core.activate(&right, &core.newest_code("ada@example.com")).await,
        Ok(())
    );
    core.advance(HOUR);
    for back in BACK {
        while !is_limited(&core.verify(&wrong).await) {}
        assert!(is_limited(&core.verify(&right).await));
        core.clock.set_back(seconds(back));
        assert!(core.verify(&right).await.is_ok(), "{back}");
        // The limit holds from now on.
        for _ in 0..5 {
            assert_eq!(core.verify(&wrong).await.err(), Some(DomainError::InvalidCredentials));
        }
        assert!(core.verify(&right).await.is_ok());
        assert_eq!(core.verify(&wrong).await.err(), Some(DomainError::InvalidCredentials));
        assert_eq!(
            core.verify(&right).await.err(),
            Some(DomainError::RateLimited(seconds(HOUR / 2)))
        );
        core.clock.set_ahead(seconds(400 * DAY));
    }
}

#[on_both_databases]
async fn emails_from_a_time_ahead_are_forgotten(database: Database) {
    let app = TestApp::start(&database).await;
    for back in BACK {
        for wait in [30, 30, 0] {
            app.register("ada@example.com", PASSWORD).await.succeeds();
            app.clock.advance(seconds(wait));
        }
        app.register("ada@example.com", PASSWORD)
            .await
            .fails_with("RATE_LIMITED");
        wait_until_swept(&app).await;
        app.clock.set_back(seconds(back));
        // The limit holds from now on.
        for wait in [30, 30, HOUR - 60] {
            app.register("ada@example.com", PASSWORD).await.succeeds();
            let refused = app.register("ada@example.com", PASSWORD).await;
            refused.fails_with("RATE_LIMITED").retry_after(wait);
            app.clock.advance(seconds(wait));
        }
        app.clock.advance(seconds(2 * HOUR));
    }
}

#[on_both_databases]
async fn tries_from_a_time_ahead_do_not_lengthen_codes(database: Database) {
    let app = TestApp::start(&database).await;
    wait_until_swept(&app).await;
    app.clock.set_ahead(seconds(3 * DAY));
    for network in 1..=4 {
        let client = app.at(loopback(network));
        client.register("ada@example.com", PASSWORD).await.succeeds();
        let code = app.next_code("ada@example.com").await;
        for _ in 0..3 {
            let guesser = client.basic("ada@example.com", PASSWORD);
            guesser.activate(&wrong_code(&code)).await.fails_with("INVALID_CODE");
        }
    }
    let answer = app.at(loopback(5)).register("ada@example.com", PASSWORD).await;
    assert_eq!(answer.payload()["codeLength"], 8);
    assert_eq!(app.next_code("ada@example.com").await.len(), 8);
    wait_until_swept(&app).await;
    app.clock.set_back(seconds(3 * DAY));
    let answer = app.at(loopback(6)).register("ada@example.com", PASSWORD).await;
    assert_eq!(answer.payload()["codeLength"], 4);
    let code = app.next_code("ada@example.com").await;
    assert_eq!(code.len(), 4);
    let ada = app.at(loopback(6)).basic("ada@example.com", PASSWORD);
    ada.activate(&wrong_code(&code)).await.fails_with("INVALID_CODE");
    ada.activate(&code).await.succeeds();
}

#[on_both_databases]
async fn replicas_50_seconds_apart_share_their_limits(database: Database) {
    let (ahead, behind) = (TestCore::start(&database).await, TestCore::start(&database).await);
    ahead.clock.set_ahead(seconds(50));
    let wrong = credentials("ada@example.com", "wrong password", 1);
    while !is_limited(&ahead.verify(&wrong).await) {}
    assert!(is_limited(&behind.verify(&wrong).await));
    ahead.register("bob@example.com", PASSWORD, 1).await;
    assert!(ahead.send_next().await);
    let bob = credentials("bob@example.com", PASSWORD, 1);
    assert_eq!(behind.resend(&bob).await, Err(DomainError::EmailsLimited(seconds(80))));
    // A code that is newer than the clock of this server is live.
    let newest_code = ahead.newest_code("bob@example.com");
    assert_eq!(behind.activate(&bob, &newest_code).await, Ok(()));
}

#[on_both_databases]
async fn limits_hold_with_a_clock_of_1970(database: Database) {
    let core = TestCore::start(&database).await;
    let since_1970 = api::clock::Clock::now(&core.clock).since(entity::Timestamp::from_millis(5_000));
    core.clock.set_back(since_1970);
    core.register("ada@example.com", PASSWORD, 1).await;
    let ada = credentials("ada@example.com", PASSWORD, 1);
    core.advance(29);
    assert_eq!(core.resend(&ada).await, Err(DomainError::EmailsLimited(seconds(1))));
    core.advance(1);
    assert_eq!(core.resend(&ada).await, Ok(()));
}
