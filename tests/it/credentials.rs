//! Password checks: limits, overload, rehashing.

use std::sync::{Arc, Mutex};

use api::accounts::{self, DomainError};
use api::app::App;
use api::clock::Clock;
use api::credentials::{Hasher, HashingConfig, NewPassword};
use api::policy::Policy;
use api::random::SystemRandom;
use entity::{rate_limit, user};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use tests::{Answers, Database, PASSWORD, TestApp, TestCore, credentials, eventually, on_both_databases};

use crate::{loopback, seconds};

type Log = Arc<Mutex<Vec<String>>>;

const MINUTE: u64 = 60;

#[on_both_databases]
async fn metrics_count_password_hashes(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_read_code("ada@example.com", PASSWORD).await;
    app.sign_in("ada@example.com", "wrong password")
        .await
        .fails_with("INVALID_CREDENTIALS");
    let metrics = app
        .request(reqwest::Method::GET, "/metrics")
        .send()
        .await
        .expect("the server answers");
    let metrics = metrics.text().await.expect("text");
    for line in [
        "hashing_wait_seconds_count 2",
        "hashing_duration_seconds_count 2",
        "hashing_waiting 0",
    ] {
        assert!(metrics.lines().any(|shown| shown == line), "{line} in {metrics}");
    }
}

#[on_both_databases]
async fn unknown_email_takes_a_full_hash(database: Database) {
    // Four passes over 64 MiB take longer than five milliseconds on any machine.
    let slow = HashingConfig {
        threads: 1,
        queue: 10,
        m_kib: 64 * 1024,
        t: 4,
        p: 1,
    };
    let app = TestApp::with(&database, |app| app.hashing = slow).await;
    app.sign_in("unknown@example.com", "wrong password")
        .await
        .fails_with("INVALID_CREDENTIALS");
    let metrics = app.request(reqwest::Method::GET, "/metrics").send().await;
    let metrics = metrics.expect("the server answers").text().await.expect("text");
    let spent = metrics
        .lines()
        .find_map(|line| line.strip_prefix("hashing_duration_seconds_sum "))
        .and_then(|sum| sum.parse::<f64>().ok());
    assert!(spent > Some(0.005), "{metrics}");
}

#[on_both_databases]
async fn wrong_password_and_unknown_email_get_the_same_answer(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_activate("ada@example.com", PASSWORD).await;
    let wrong = app.sign_in("ada@example.com", "wrong password").await;
    let unknown = app.sign_in("bob@example.com", "wrong password").await;
    wrong.fails_with("INVALID_CREDENTIALS");
    assert_eq!((wrong.status, &wrong.body), (unknown.status, &unknown.body));
    app.sign_in("not an address", PASSWORD)
        .await
        .fails_with("INVALID_EMAIL");
}

#[on_both_databases]
async fn pending_user_cannot_sign_in(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_read_code("ada@example.com", PASSWORD).await;
    let right = app.sign_in("ada@example.com", PASSWORD).await;
    right.fails_with("NOT_ACTIVATED");
    assert_eq!(right.payload()["session"], json!(null));
    app.sign_in("ada@example.com", "wrong password")
        .await
        .fails_with("INVALID_CREDENTIALS");
}

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
            app.from(loopback(network))
                .sign_in("ada@example.com", "wrong password")
                .await
                .fails_with("INVALID_CREDENTIALS");
        }
    }
    app.from(loopback(4))
        .sign_in("ada@example.com", "wrong password")
        .await
        .fails_with("RATE_LIMITED")
        .retry_after(20 * 60);
    app.clock.advance(seconds(20 * MINUTE));
    for (network, code) in [(5, "INVALID_CREDENTIALS"), (6, "RATE_LIMITED")] {
        app.from(loopback(network))
            .sign_in("ada@example.com", "wrong password")
            .await
            .fails_with(code);
    }
    app.from(loopback(4))
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
        let client = app.from(loopback(number % 40));
        async move { client.sign_in("ada@example.com", &format!("guess {number}")).await }
    });
    let answers = Answers::to(guesses).await;
    answers.are_only(&["INVALID_CREDENTIALS", "RATE_LIMITED"]);
    assert_eq!(answers.count("INVALID_CREDENTIALS"), 12);
}

#[on_both_databases]
async fn weak_hash_is_upgraded_at_sign_in(database: Database) {
    let weak = HashingConfig {
        threads: 1,
        queue: 10,
        m_kib: 8,
        t: 1,
        p: 1,
    };
    let app = TestApp::with(&database, |app| app.hashing = weak).await;
    app.register_and_activate("ada@example.com", PASSWORD).await;
    app.stop().await;

    let more_memory = HashingConfig { m_kib: 16, ..weak };
    let more_passes = HashingConfig { t: 2, ..more_memory };
    for (hashing, before, after) in [
        (
            more_memory,
            "$argon2id$v=19$m=8,t=1,p=1$",
            "$argon2id$v=19$m=16,t=1,p=1$",
        ),
        (
            more_passes,
            "$argon2id$v=19$m=16,t=1,p=1$",
            "$argon2id$v=19$m=16,t=2,p=1$",
        ),
    ] {
        let app = TestApp::with(&database, |app| app.hashing = hashing).await;
        let hash = async || {
            let user = user::Entity::find().one(app.db()).await;
            user.expect("the database answers").expect("a user").password_hash.0
        };
        app.sign_in("ada@example.com", "wrong password")
            .await
            .fails_with("INVALID_CREDENTIALS");
        assert!(hash().await.starts_with(before));
        for _ in 0..2 {
            app.sign_in("ada@example.com", PASSWORD).await.succeeds();
            assert!(hash().await.starts_with(after));
        }
        app.stop().await;
    }
}

#[on_both_databases]
async fn full_hashing_queue_is_overloaded(database: Database) {
    // One slow thread, and a queue for one more.
    let slow = HashingConfig {
        threads: 1,
        queue: 1,
        m_kib: 64 * 1024,
        t: 4,
        p: 1,
    };
    let app = TestApp::with(&database, |app| app.hashing = slow).await;
    let requests = (0..12).map(|_| {
        let client = app.clone();
        async move { client.sign_in("ada@example.com", PASSWORD).await }
    });
    let answers = Answers::to(requests).await;
    answers.are_only(&["OVERLOADED", "INVALID_CREDENTIALS", "RATE_LIMITED"]);
    for answer in answers.0.iter().filter(|answer| answer.outcome() == "OVERLOADED") {
        answer.is_overloaded();
    }
    assert!(answers.count("OVERLOADED") > 0, "{answers:?}");
    let compared = i64::try_from(answers.count("INVALID_CREDENTIALS")).expect("the count fits");
    assert!((1..6).contains(&compared), "{answers:?}");
    // Rejected requests compared no password, so they do not count as failures.
    eventually("all tokens are given back", async || {
        let now = app.clock.now().as_millis();
        let rows = password_limits(app.server().app()).await;
        rows.iter()
            .all(|row| row.theoretical_arrival.as_millis() == now + compared * row.interval_ms)
    })
    .await;
    for _ in compared..6 {
        app.sign_in("ada@example.com", PASSWORD)
            .await
            .fails_with("INVALID_CREDENTIALS");
    }
    app.sign_in("ada@example.com", PASSWORD)
        .await
        .fails_with("RATE_LIMITED");
}

#[on_both_databases]
async fn full_hashing_queue_refuses_before_any_statement(database: Database) {
    let log = Log::default();
    let mut core = TestCore::with(&database, Policy::default(), |db| {
        let log = log.clone();
        db.set_metric_callback(move |info| log.lock().expect("no panic").push(info.statement.sql.clone()));
    })
    .await;
    let full = HashingConfig {
        threads: 0,
        queue: 0,
        m_kib: 8,
        t: 1,
        p: 1,
    };
    core.app.hasher = Hasher::start(full, core.app.metrics.clone(), &core.app.supervisor).expect("hashing starts");
    log.lock().expect("no panic").clear();
    let ada = credentials("ada@example.com", PASSWORD, 1);
    assert!(matches!(core.verify(&ada).await, Err(DomainError::Overloaded)));
    let password = NewPassword::parse(PASSWORD.to_owned()).expect("a password");
    let registered = accounts::register(&core.app, ada.email, password, &ada.client).await;
    assert!(matches!(registered, Err(DomainError::Overloaded)), "{registered:?}");
    assert_eq!(*log.lock().expect("no panic"), [""; 0]);
}

#[on_both_databases]
async fn email_limit_is_checked_before_hashing(database: Database) {
    let slow = HashingConfig {
        threads: 1,
        queue: 2,
        m_kib: 64 * 1024,
        t: 4,
        p: 1,
    };
    let app = TestApp::with(&database, |app| app.hashing = slow).await;
    app.register_and_read_code("ada@example.com", PASSWORD).await;
    let client = app.clone();
    let busy = tokio::spawn(async move { client.sign_in("bob@example.com", PASSWORD).await });
    app.register("ada@example.com", PASSWORD)
        .await
        .fails_with("RATE_LIMITED");
    assert!(!busy.is_finished(), "the rejection did not wait for a hash");
    busy.await.expect("no panic");
}

#[on_both_databases]
async fn failures_of_one_network_do_not_block_another(database: Database) {
    let app = TestApp::start(&database).await;
    for _ in 0..26 {
        app.sign_in("ada@example.com", "wrong password").await;
    }
    let other = app.from(loopback(9));
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
    // The only thread is busy for half a second or more, so the check waits.
    let slow = "$argon2id$v=19$m=65536,t=20,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let busy = core
        .app
        .hasher
        .hash(PASSWORD.into(), Some(slow.to_owned()), &SystemRandom);
    let mut busy = std::pin::pin!(busy);
    assert!(futures_util::poll!(&mut busy).is_pending());
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

#[on_both_databases]
async fn passwords_may_contain_control_characters(database: Database) {
    let app = TestApp::start(&database).await;
    for (number, password) in [
        "tab\tin my passphrase 77",
        "line\nin my passphrase 77",
        "\u{85}next line 77 \0 nul",
    ]
    .iter()
    .enumerate()
    {
        let token = app
            .register_and_activate(&format!("user{number}@example.com"), password)
            .await;
        app.bearer(&token).me().await.is_active();
    }
}

#[on_both_databases]
async fn hash_with_more_memory_still_verifies(database: Database) {
    let strong = HashingConfig {
        threads: 1,
        queue: 10,
        m_kib: 64,
        t: 1,
        p: 1,
    };
    let app = TestApp::with(&database, |app| app.hashing = strong).await;
    app.register_and_activate("ada@example.com", PASSWORD).await;
    app.stop().await;
    let app = TestApp::with(&database, |app| app.hashing = HashingConfig { m_kib: 8, ..strong }).await;
    app.sign_in("ada@example.com", PASSWORD).await.succeeds();
    let user = user::Entity::find()
        .one(app.db())
        .await
        .expect("the database answers")
        .expect("a user");
    assert!(user.password_hash.0.starts_with("$argon2id$v=19$m=64,"));
}

/// The rows of the password limits, which alone have these capacities.
async fn password_limits(app: &App) -> Vec<rate_limit::Model> {
    let rows = rate_limit::Entity::find().filter(rate_limit::Column::Capacity.is_in([6, 12]));
    rows.all(&app.db).await.expect("the database answers")
}

/// Waits until every password check has given its token back.
async fn wait_for_unused_tokens(app: &App) {
    eventually("all tokens are given back", async || {
        let now = app.clock.now();
        let rows = password_limits(app).await;
        rows.iter().all(|row| row.theoretical_arrival <= now)
    })
    .await;
}
