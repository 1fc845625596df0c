//! Password checks: answers, overload, rehashing.

use api::accounts::{self, DomainError};
use api::clock::Clock;
use api::credentials::{HashingConfig, NewPassword};
use entity::user;
use sea_orm::EntityTrait;
use serde_json::json;
use tests::{Answers, Database, PASSWORD, TestApp, TestCore, credentials, eventually, on_both_databases};

use crate::password_limits;

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
        ..HashingConfig::default()
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
async fn weak_hash_is_upgraded_at_sign_in(database: Database) {
    let weak = HashingConfig {
        threads: 1,
        queue: 10,
        m_kib: 8,
        t: 1,
        p: 1,
        ..HashingConfig::default()
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
    // One thread, and a queue for one more. A hash takes so long that all requests arrive during the first ones, also on a
    // busy machine.
    let slow = HashingConfig {
        threads: 1,
        queue: 1,
        m_kib: 64 * 1024,
        t: 8,
        p: 1,
        ..HashingConfig::default()
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
        let rows = password_limits::rows(app.server().app()).await;
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
    let (mut core, log) = TestCore::recording(&database).await;
    let full = HashingConfig {
        threads: 0,
        queue: 0,
        m_kib: 8,
        t: 1,
        p: 1,
        ..HashingConfig::default()
    };
    core.hash_with(full);
    let _ = log.take();
    let ada = credentials("ada@example.com", PASSWORD, 1);
    assert!(matches!(core.verify(&ada).await, Err(DomainError::Overloaded)));
    let password = NewPassword::parse(PASSWORD.to_owned()).expect("a password");
    let registered = accounts::register(&core.app, ada.email, password, None, &ada.client).await;
    assert!(matches!(registered, Err(DomainError::Overloaded)), "{registered:?}");
    assert_eq!(log.take(), [""; 0]);
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
        ..HashingConfig::default()
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
