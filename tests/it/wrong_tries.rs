//! An email with ten wrong tries in a day gets longer codes.

use entity::rate_limit;
use sea_orm::EntityTrait;
use tests::{Database, PASSWORD, TestApp, on_both_databases, wrong_code};

use crate::{loopback, seconds};

const HOUR: u64 = 60 * 60;

/// Registers from another network and spends wrong tries. Returns the code, which has the announced length.
async fn register_and_guess(app: &TestApp, network: u8, tries: usize) -> String {
    let client = app.at(loopback(network));
    let answer = client.register("ada@example.com", PASSWORD).await;
    let code = app.next_code("ada@example.com").await;
    assert_eq!(answer.payload()["codeLength"], code.len());
    let guesser = client.basic("ada@example.com", PASSWORD);
    for _ in 0..tries {
        guesser.activate(&wrong_code(&code)).await.fails_with("INVALID_CODE");
    }
    code
}

#[on_both_databases]
async fn ten_wrong_tries_lengthen_codes_to_eight_digits(database: Database) {
    let app = TestApp::start(&database).await;
    for network in 1..=3 {
        assert_eq!(register_and_guess(&app, network, 3).await.len(), 4);
        app.clock.advance(seconds(HOUR));
    }
    assert_eq!(register_and_guess(&app, 4, 1).await.len(), 4, "nine so far");
    app.clock.advance(seconds(HOUR));
    let code = register_and_guess(&app, 5, 0).await;
    assert_eq!(code.len(), 8, "ten");
    // Another email keeps short codes, and nobody is locked out.
    assert_eq!(app.register_and_read_code("bob@example.com", PASSWORD).await.len(), 4);
    let ada = app.at(loopback(5)).basic("ada@example.com", PASSWORD);
    ada.activate(&code).await.succeeds();
}

#[on_both_databases]
async fn codes_shorten_after_a_day_without_wrong_tries(database: Database) {
    let app = TestApp::start(&database).await;
    for network in 1..=4 {
        register_and_guess(&app, network, if network == 4 { 1 } else { 3 }).await;
    }
    app.clock.advance(seconds(23 * HOUR));
    // One more wrong try within the day restarts it.
    assert_eq!(register_and_guess(&app, 5, 1).await.len(), 8);
    app.clock.advance(seconds(24 * HOUR - 1));
    assert_eq!(register_and_guess(&app, 6, 0).await.len(), 8);
    app.clock.advance(seconds(1));
    assert_eq!(register_and_guess(&app, 7, 0).await.len(), 4);
}

#[on_both_databases]
async fn each_wrong_try_restarts_the_day(database: Database) {
    let app = TestApp::start(&database).await;
    for network in 1..=4 {
        register_and_guess(&app, network, if network == 4 { 1 } else { 3 }).await;
    }
    for network in 5..=6 {
        app.clock.advance(seconds(23 * HOUR));
        assert_eq!(register_and_guess(&app, network, 1).await.len(), 8);
    }
    // None of the first ten tries is within the last day, but no day passed without a wrong try.
    app.clock.advance(seconds(14 * HOUR));
    assert_eq!(register_and_guess(&app, 7, 0).await.len(), 8);
}

#[on_both_databases]
async fn ten_wrong_tries_in_more_than_a_day_do_not_lengthen_codes(database: Database) {
    let app = TestApp::start(&database).await;
    for network in 1..=6 {
        assert_eq!(register_and_guess(&app, network, 3).await.len(), 4, "round {network}");
        app.clock.advance(seconds(9 * HOUR));
    }
    // The row of a limit does not grow with its use.
    let limits = rate_limit::Entity::find().all(app.db()).await;
    for limit in limits.expect("the database answers") {
        let capacity = usize::try_from(limit.capacity).expect("a capacity");
        assert!(limit.releases.len() <= 13 * capacity, "{limit:?}");
    }
}
