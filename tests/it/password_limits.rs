//! Limits of password failures.

use api::accounts;
use api::app::App;
use entity::rate_limit;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use tests::{Answers, Database, PASSWORD, TestApp, TestCore, credentials, eventually, on_both_databases};

use crate::{loopback, seconds};

const MINUTE: u64 = 60;

#[on_both_databases]
async fn network_gets_six_password_failures_then_one_per_30_minutes(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_activate("known@example.com", PASSWORD).await;
    for email in ["known@example.com", "unknown@example.com"] {
        for _ in 0..6 {
            app.sign_in(email, "wrong password")
                .await
                .fails_with("INVALID_CREDENTIALS");
        }
        app.sign_in(email, PASSWORD)
            .await
            .fails_with("RATE_LIMITED")
            .retry_after(30 * 60);
        // The same limit covers every operation that checks a password.
        let basic = app.basic(email, PASSWORD);
        basic.activate("0000").await.fails_with("RATE_LIMITED");
        basic.resend().await.fails_with("RATE_LIMITED");
        let me = basic.me().await;
        me.has_top_level_error("RATE_LIMITED").status(200).retry_after(30 * 60);
    }
    app.clock.advance(seconds(30 * MINUTE));
    app.sign_in("known@example.com", "wrong password")
        .await
        .fails_with("INVALID_CREDENTIALS");
    app.sign_in("known@example.com", PASSWORD)
        .await
        .fails_with("RATE_LIMITED");
    app.clock.advance(seconds(30 * MINUTE));
    // A correct password gives its token back, so it works again and again.
    for _ in 0..5 {
        app.sign_in("known@example.com", PASSWORD).await.succeeds();
    }
}

#[on_both_databases]
async fn email_gets_twelve_password_failures_then_one_per_20_minutes(database: Database) {
    let app = TestApp::start(&database).await;
    for network in 1..=3 {
        for _ in 0..4 {
            app.at(loopback(network))
                .sign_in("ada@example.com", "wrong password")
                .await
                .fails_with("INVALID_CREDENTIALS");
        }
    }
    app.at(loopback(4))
        .sign_in("ada@example.com", "wrong password")
        .await
        .fails_with("RATE_LIMITED")
        .retry_after(20 * 60);
    app.clock.advance(seconds(20 * MINUTE));
    for (network, code) in [(5, "INVALID_CREDENTIALS"), (6, "RATE_LIMITED")] {
        app.at(loopback(network))
            .sign_in("ada@example.com", "wrong password")
            .await
            .fails_with(code);
    }
    app.at(loopback(4))
        .sign_in("bob@example.com", "wrong password")
        .await
        .fails_with("INVALID_CREDENTIALS");
}

#[on_both_databases]
async fn unused_password_tokens_do_not_accumulate(database: Database) {
    let app = TestApp::start(&database).await;
    app.sign_in("ada@example.com", "wrong password")
        .await
        .fails_with("INVALID_CREDENTIALS");
    app.clock.advance(seconds(120 * MINUTE));
    for _ in 0..6 {
        app.sign_in("ada@example.com", "wrong password")
            .await
            .fails_with("INVALID_CREDENTIALS");
    }
    app.sign_in("ada@example.com", "wrong password")
        .await
        .fails_with("RATE_LIMITED");
}

#[on_both_databases]
async fn concurrent_guesses_stay_within_the_limit(database: Database) {
    let app = TestApp::start(&database).await;
    let guesses = (0..200).map(|number| {
        let client = app.at(loopback(number % 40));
        async move { client.sign_in("ada@example.com", &format!("guess {number}")).await }
    });
    let answers = Answers::to(guesses).await;
    answers.are_only(&["INVALID_CREDENTIALS", "RATE_LIMITED"]);
    assert_eq!(answers.count("INVALID_CREDENTIALS"), 12);
}

#[on_both_databases]
async fn email_limit_is_checked_before_hashing(database: Database) {
    let app = TestApp::with(&database, |app| app.hashing.threads = 1).await;
    app.register_and_read_code("ada@example.com", PASSWORD).await;
    // A request that needs a hash would be refused as overloaded.
    let _held = app.server().app().hasher.hold().await;
    app.register("ada@example.com", PASSWORD)
        .await
        .fails_with("RATE_LIMITED");
}

#[on_both_databases]
async fn failures_of_one_network_do_not_block_another(database: Database) {
    let app = TestApp::start(&database).await;
    for _ in 0..26 {
        app.sign_in("ada@example.com", "wrong password").await;
    }
    let other = app.at(loopback(9));
    for _ in 0..6 {
        other
            .sign_in("ada@example.com", "wrong password")
            .await
            .fails_with("INVALID_CREDENTIALS");
    }
}

#[on_both_databases]
async fn concurrent_correct_passwords_all_succeed(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_activate("ada@example.com", PASSWORD).await;
    for _ in 0..20 {
        let requests = (0..5).map(|_| {
            let client = app.clone();
            async move { client.sign_in("ada@example.com", PASSWORD).await }
        });
        Answers::to(requests).await.are_only(&["OK"]);
        wait_for_unused_tokens(app.server().app()).await;
    }
}

#[on_both_databases]
async fn cancelled_sign_in_gives_its_token_back(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_activate("ada@example.com", PASSWORD).await;
    for number in 0..40 {
        let client = app.clone();
        let request = tokio::spawn(async move { client.sign_in("ada@example.com", PASSWORD).await });
        for _ in 0..number {
            tokio::task::yield_now().await;
        }
        request.abort();
        let _ = request.await;
        wait_for_unused_tokens(app.server().app()).await;
    }
    app.sign_in("ada@example.com", PASSWORD).await.succeeds();
}

#[on_both_databases]
async fn cancelled_check_of_a_wrong_password_gives_its_token_back(database: Database) {
    let core = TestCore::start(&database).await;
    // The only thread is busy, so the check waits.
    let _held = core.app.hasher.hold().await;
    let app = core.app.clone();
    let wrong = credentials("ada@example.com", "wrong password", 1);
    let check = tokio::spawn(async move { accounts::verify(&app, &wrong).await });
    eventually("the check takes a token of both limits", async || {
        core.count::<rate_limit::Entity>().await == 2
    })
    .await;
    check.abort();
    let _ = check.await;
    wait_for_unused_tokens(&core.app).await;
}

/// The rows of the password limits, which alone have these capacities.
pub(crate) async fn rows(app: &App) -> Vec<rate_limit::Model> {
    let rows = rate_limit::Entity::find().filter(rate_limit::Column::Capacity.is_in([6, 12]));
    rows.all(&app.db).await.expect("the database answers")
}

/// Waits until every password check has given its token back.
pub(crate) async fn wait_for_unused_tokens(app: &App) {
    eventually("all tokens are given back", async || {
        let now = app.clock.now();
        let unused = rows(app).await;
        unused.iter().all(|row| row.theoretical_arrival <= now)
    })
    .await;
}
