//! Password checks: answers, overload, rehashing.

use api::accounts::{self, DomainError};
use api::clock::Clock;
use api::credentials::{HashingConfig, NewPassword};
use entity::user;
use sea_orm::EntityTrait;
use serde_json::json;
use tests::{Answers, Database, PASSWORD, TestApp, TestCore, credentials, eventually, on_both_databases};
use tokio::task::JoinSet;

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
    // A pass over 64 MiB takes longer than five milliseconds on any machine.
    let slow = HashingConfig {
        threads: 1,
        queue: 10,
        m_kib: 64 * 1024,
        t: 1,
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
    // The only thread is busy, and one more request fits into the queue.
    let app = TestApp::with(&database, |app| {
        app.hashing.threads = 1;
        app.hashing.queue = 1;
    })
    .await;
    let held = app.server().app().hasher.hold().await;
    let mut requests: JoinSet<_> = (0..12)
        .map(|_| {
            let client = app.clone();
            async move { client.sign_in("ada@example.com", PASSWORD).await }
        })
        .collect();
    let mut refused = Vec::new();
    while refused.len() < 11 {
        refused.push(requests.join_next().await.expect("a request").expect("no panic"));
    }
    let refused = Answers(refused);
    refused.are_only(&["OVERLOADED", "RATE_LIMITED"]);
    assert!(refused.count("OVERLOADED") > 0, "{refused:?}");
    for answer in refused.0.iter().filter(|answer| answer.outcome() == "OVERLOADED") {
        answer.is_overloaded();
    }
    drop(held);
    requests.join_all().await[0].fails_with("INVALID_CREDENTIALS");
    // Rejected requests compared no password, so they do not count as failures.
    eventually("all tokens are given back", async || {
        let now = app.clock.now().as_millis();
        let rows = password_limits::rows(app.server().app()).await;
        rows.iter()
            .all(|row| row.theoretical_arrival.as_millis() == now + row.interval_ms)
    })
    .await;
    for _ in 1..6 {
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
