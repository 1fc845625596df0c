//! Proving a password: limits, overload, renewal.

use api::hashing::HashingConfig;
use entity::user;
use sea_orm::EntityTrait;
use serde_json::json;
use tests::{PASSWORD, TestApp};

use crate::{loopback, seconds};

const MINUTE: u64 = 60;

tests::on_both_databases! {
    async fn wrong_password_and_unknown_email_have_the_same_answer(database: Database) {
        let app = TestApp::start(&database).await;
        app.activated("ada@example.com", PASSWORD).await;
        let wrong = app.sign_in("ada@example.com", "wrong password").await;
        let unknown = app.sign_in("bob@example.com", "wrong password").await;
        assert_eq!(wrong.codes(), ["INVALID_CREDENTIALS"]);
        assert_eq!((wrong.status, &wrong.body), (unknown.status, &unknown.body));
        assert_eq!(app.sign_in("not an address", PASSWORD).await.codes(), ["INVALID_EMAIL"]);
    }

    async fn who_is_pending_signs_in_only_as_far_as_the_password_is_right(database: Database) {
        let app = TestApp::start(&database).await;
        app.registered("ada@example.com", PASSWORD).await;
        let right = app.sign_in("ada@example.com", PASSWORD).await;
        assert_eq!(right.codes(), ["NOT_ACTIVATED"]);
        assert_eq!(right.payload()["session"], json!(null));
        assert_eq!(app.sign_in("ada@example.com", "wrong password").await.codes(), ["INVALID_CREDENTIALS"]);
    }

    async fn six_failures_of_a_network_then_one_every_half_hour(database: Database) {
        let app = TestApp::start(&database).await;
        app.activated("known@example.com", PASSWORD).await;
        for email in ["known@example.com", "unknown@example.com"] {
            for attempt in 0..6 {
                assert_eq!(app.sign_in(email, "wrong password").await.codes(), ["INVALID_CREDENTIALS"], "{email} {attempt}");
            }
            let refused = app.sign_in(email, PASSWORD).await;
            assert_eq!(refused.codes(), ["RATE_LIMITED"], "{email}");
            assert_eq!(refused.payload()["userErrors"][0]["retryAfterSeconds"], 30 * 60, "{email}");
            // The same limit guards every way to prove a password.
            let basic = app.basic(email, PASSWORD);
            assert_eq!(basic.activate("0000").await.codes(), ["RATE_LIMITED"], "{email}");
            assert_eq!(basic.resend().await.codes(), ["RATE_LIMITED"], "{email}");
            let me = basic.me().await;
            assert_eq!((me.error_code(), me.status.as_u16()), ("RATE_LIMITED", 200), "{email}");
            assert_eq!(me.body["errors"][0]["extensions"]["retryAfterSeconds"], 30 * 60, "{email}");
        }
        app.clock.advance(seconds(30 * MINUTE));
        assert_eq!(app.sign_in("known@example.com", "wrong password").await.codes(), ["INVALID_CREDENTIALS"]);
        assert_eq!(app.sign_in("known@example.com", PASSWORD).await.codes(), ["RATE_LIMITED"]);
        app.clock.advance(seconds(30 * MINUTE));
        // A right password is given back, so it can be proved again and again.
        for _ in 0..5 {
            assert_eq!(app.sign_in("known@example.com", PASSWORD).await.codes(), Vec::<String>::new());
        }
    }

    async fn twelve_failures_of_an_email_then_one_every_twenty_minutes(database: Database) {
        let app = TestApp::start(&database).await;
        for network in 1..=3 {
            for _ in 0..4 {
                let answer = app.from(loopback(network)).sign_in("ada@example.com", "wrong password").await;
                assert_eq!(answer.codes(), ["INVALID_CREDENTIALS"]);
            }
        }
        let refused = app.from(loopback(4)).sign_in("ada@example.com", "wrong password").await;
        assert_eq!(refused.payload()["userErrors"][0]["retryAfterSeconds"], 20 * 60);
        app.clock.advance(seconds(20 * MINUTE));
        let mut codes = Vec::new();
        for network in 5..=6 {
            codes.extend(app.from(loopback(network)).sign_in("ada@example.com", "wrong password").await.codes());
        }
        assert_eq!(codes, ["INVALID_CREDENTIALS", "RATE_LIMITED"]);
        assert_eq!(app.from(loopback(4)).sign_in("bob@example.com", "wrong password").await.codes(), ["INVALID_CREDENTIALS"]);
    }

    async fn parallel_guesses_do_not_slip_through(database: Database) {
        let app = TestApp::start(&database).await;
        let guesses = (0..200).map(|number| {
            let client = app.from(loopback(number % 40));
            tokio::spawn(async move { client.sign_in("ada@example.com", &format!("guess {number}")).await.codes() })
        });
        let mut looked_at = 0;
        for guess in guesses.collect::<Vec<_>>() {
            match guess.await.expect("no panic")[0].as_str() {
                "INVALID_CREDENTIALS" => looked_at += 1,
                "RATE_LIMITED" => {}
                other => panic!("{other}"),
            }
        }
        assert_eq!(looked_at, 12);
    }

    async fn a_hash_made_with_less_work_is_renewed_at_sign_in(database: Database) {
        let weak = HashingConfig { threads: 1, queue: 10, m_kib: 8, t: 1, p: 1 };
        let app = TestApp::with(&database, |app| app.hashing = weak).await;
        app.activated("ada@example.com", PASSWORD).await;
        app.stop().await;

        let app = TestApp::with(&database, |app| app.hashing = HashingConfig { m_kib: 16, t: 2, ..weak }).await;
        let hash = async || user::Entity::find().one(app.db()).await.expect("a look").expect("a user").password_hash.0;
        assert!(hash().await.starts_with("$argon2id$v=19$m=8,t=1,p=1$"));
        assert_eq!(app.sign_in("ada@example.com", "wrong password").await.codes(), ["INVALID_CREDENTIALS"]);
        assert!(hash().await.starts_with("$argon2id$v=19$m=8,t=1,p=1$"));
        for _ in 0..2 {
            assert_eq!(app.sign_in("ada@example.com", PASSWORD).await.codes(), Vec::<String>::new());
            assert!(hash().await.starts_with("$argon2id$v=19$m=16,t=2,p=1$"));
        }
    }

    async fn more_passwords_than_can_be_hashed_are_refused_at_once(database: Database) {
        // One thread that takes its time, and room for one that waits.
        let slow = HashingConfig { threads: 1, queue: 1, m_kib: 64 * 1024, t: 4, p: 1 };
        let app = TestApp::with(&database, |app| app.hashing = slow).await;
        let requests = (0..12).map(|number| {
            let client = app.clone();
            tokio::spawn(async move { client.sign_in(&format!("user{number}@example.com"), PASSWORD).await })
        });
        let mut refused = 0;
        for request in requests.collect::<Vec<_>>() {
            let answer = request.await.expect("no panic");
            if answer.status == 503 {
                refused += 1;
                assert_eq!(answer.error_code(), "OVERLOADED");
                assert!(answer.headers.contains_key("retry-after"));
                assert_eq!(answer.body["data"], json!(null));
            } else {
                assert_eq!(answer.codes(), ["INVALID_CREDENTIALS"]);
            }
        }
        assert!((1..12).contains(&refused), "{refused} of 12");
        // What was refused was not compared, so it does not count as a failure.
        for number in 0..12 {
            let answer = app.sign_in(&format!("user{number}@example.com"), PASSWORD).await;
            assert_eq!(answer.codes(), ["INVALID_CREDENTIALS"]);
        }
    }
}
