//! The time of an answer does not reveal whether an address has a user.

use std::collections::HashMap;
use std::sync::Mutex;

use api::credentials::HashingConfig;
use api::random::SystemRandom;
use entity::{HiddenText, user};
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;
use sea_orm::prelude::Uuid;
use tests::{Database, OTHER_PASSWORD, PASSWORD, TestApp, on_both_databases};
use tokio::time::Instant;

use super::{Response, activate, me, register, request_reset, resend, reset, sign_in, sign_in_with};
use crate::seconds;

/// How many calls of each kind are compared. With so many, the share below differs from 0.5 by more than 0.1
/// by chance once in a million runs.
const CALLS: u128 = 400;

/// Never the code of an address whose guess guard is not tripped: that has four digits.
const WRONG_CODE: &str = "99999999";

#[on_both_databases]
async fn timing_does_not_reveal_registered_emails(database: Database) {
    let app = TestApp::with(&database, |app| {
        app.hashing = HashingConfig {
            threads: 1,
            queue: 10,
            m_kib: 16 * 1024,
            t: 1,
            p: 1,
            ..HashingConfig::default()
        };
    })
    .await;
    insert_users(&app).await;
    let tokens = Mutex::new(HashMap::new());
    let token = |email: &str| tokens.lock().expect("no panic").get(email).cloned();
    let mut shares = vec![
        (
            "signIn, nobody has registered",
            share_of_slower_known(async |email| sign_in_with(&app, email, "a wrong password").await).await,
        ),
        (
            "register",
            share_of_slower_known(async |email| {
                let answer = register(&app, email).await;
                let mut tokens = tokens.lock().expect("no panic");
                tokens.insert(email.to_owned(), answer.token().expect("a token"));
                answer
            })
            .await,
        ),
        (
            "signIn, wrong password",
            share_of_slower_known(async |email| sign_in_with(&app, email, "a wrong password").await).await,
        ),
        (
            "signIn, first proof",
            share_of_slower_known(async |email| sign_in(&app, email).await).await,
        ),
        (
            "me, second proof",
            share_of_slower_known(async |email| me(&app.basic(email, OTHER_PASSWORD)).await).await,
        ),
    ];
    app.wait_for_empty_outbox().await;
    shares.extend(shares_of_resets(&app).await);
    shares.push((
        "activate, wrong code",
        share_of_slower_known(async |email| activate(&app, token(email).as_deref(), WRONG_CODE).await).await,
    ));
    app.clock.advance(seconds(30));
    shares.push((
        "resend",
        share_of_slower_known(async |email| resend(&app, token(email).as_deref()).await).await,
    ));
    assert!(
        shares.iter().all(|(_, share)| (0.4..=0.6).contains(share)),
        "{shares:?}"
    );
}

/// The shares of the steps of a password reset.
async fn shares_of_resets(app: &TestApp) -> [(&'static str, f64); 2] {
    let tokens = Mutex::new(HashMap::new());
    let requested = share_of_slower_known(async |email| {
        let answer = request_reset(app, email).await;
        let mut tokens = tokens.lock().expect("no panic");
        tokens.insert(email.to_owned(), answer.token().expect("a token"));
        answer
    });
    let requested = requested.await;
    app.wait_for_empty_outbox().await;
    let tokens = tokens.into_inner().expect("no panic");
    let tried = share_of_slower_known(async |email| reset(app, &tokens[email], WRONG_CODE, OTHER_PASSWORD).await);
    [
        ("requestPasswordReset", requested),
        ("resetPassword, wrong code", tried.await),
    ]
}

/// Inserts active users, numbered from 0.
async fn insert_users(app: &TestApp) {
    let app = app.server().app();
    let hash = app.hasher.hash(PASSWORD.into(), None, &SystemRandom).await;
    let hash = hash.expect("the hash succeeds");
    let users = (0..CALLS).map(|number| user::ActiveModel {
        id: Set(Uuid::from_u128(number)),
        email: Set(HiddenText(address(number))),
        email_canonical: Set(HiddenText(address(number))),
        password_hash: Set(HiddenText(hash.clone())),
        credential_version: Set(0),
        locale: Set(None),
        created_at: Set(app.clock.now()),
        activated_at: Set(app.clock.now()),
        disabled_at: Set(None),
    });
    user::Entity::insert_many(users).exec(&app.db).await.expect("users");
}

fn address(number: u128) -> String {
    format!("user{number:04}@example.com")
}

/// The share of pairs (one known email, one unknown) in which the call for the known email took longer
/// (Mann-Whitney). It is 0.5 if the time reveals nothing. All calls get the same answer.
async fn share_of_slower_known(request: impl AsyncFn(&str) -> Response) -> f64 {
    let mut took = (0..2 * CALLS).map(|number| (number, 0)).collect::<Vec<_>>();
    shuffle(&mut took);
    let mut answer = None;
    for (number, nanos) in &mut took {
        let email = address(*number);
        let begun = Instant::now();
        let response = request(&email).await;
        *nanos = begun.elapsed().as_nanos();
        let body = response.masked(&email).body;
        assert_eq!(*answer.get_or_insert(body.clone()), body);
    }
    let (known, unknown): (Vec<_>, Vec<_>) = took.iter().partition(|(number, _)| *number < CALLS);
    let longer = known
        .iter()
        .map(|(_, known)| unknown.iter().filter(|(_, unknown)| known > unknown).count())
        .sum::<usize>();
    f64::from(u32::try_from(longer).expect("the count fits"))
        / f64::from(u32::try_from(known.len() * unknown.len()).expect("the count fits"))
}

/// Mixes the two kinds of calls, since the work that a call leaves behind slows the next one.
fn shuffle<T>(list: &mut [T]) {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for end in (1..list.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        list.swap(end, usize::try_from(state >> 33).expect("31 bits fit") % (end + 1));
    }
}
