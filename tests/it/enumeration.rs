//! No answer reveals whether an email is registered: not its body, its headers or its time.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Client, Database, OTHER_PASSWORD, PASSWORD, TestApp, on_both_databases};

use crate::seconds;

const ERRORS: &str = "userErrors { code message field retryAfterSeconds attemptsRemaining suggestions }";

/// What a client sees.
#[derive(Debug, PartialEq)]
struct Response {
    status: u16,
    headers: BTreeMap<String, String>,
    body: String,
}

/// Sends a request, and masks what differs in every response.
async fn send(client: &Client, query: &str, variables: Value) -> Response {
    let request = client.request(Method::POST, "/graphql");
    let response = request
        .json(&json!({ "query": query, "variables": variables }))
        .send()
        .await
        .expect("the server answers");
    let headers = response.headers().iter().map(|(name, value)| {
        let value = match name.as_str() {
            "date" | "x-request-id" => "…",
            _ => value.to_str().expect("text"),
        };
        (name.to_string(), value.to_owned())
    });
    Response {
        status: response.status().as_u16(),
        headers: headers.collect(),
        body: response.text().await.expect("a body"),
    }
}

async fn register(app: &TestApp, email: &str) -> Response {
    let query = format!(
        "mutation($input: RegisterInput!) {{ register(input: $input) {{ codeExpiresInSeconds codeLength resendAvailableInSeconds {ERRORS} }} }}"
    );
    send(
        app,
        &query,
        json!({ "input": { "email": email, "password": OTHER_PASSWORD } }),
    )
    .await
}

async fn sign_in(app: &TestApp, email: &str) -> Response {
    let query = format!("mutation($input: SignInInput!) {{ signIn(input: $input) {{ session {{ id }} {ERRORS} }} }}");
    send(
        app,
        &query,
        json!({ "input": { "email": email, "password": OTHER_PASSWORD } }),
    )
    .await
}

async fn activate(app: &TestApp, email: &str) -> Response {
    let query = format!("mutation {{ activate(input: {{ activationCode: \"0000\" }}) {{ user {{ id }} {ERRORS} }} }}");
    send(&app.basic(email, OTHER_PASSWORD), &query, json!({})).await
}

async fn resend(app: &TestApp, email: &str) -> Response {
    let query = format!("mutation {{ resendActivationCode {{ codeLength {ERRORS} }} }}");
    send(&app.basic(email, OTHER_PASSWORD), &query, json!({})).await
}

async fn me(app: &TestApp, email: &str) -> Response {
    send(&app.basic(email, OTHER_PASSWORD), "{ me { id } }", json!({})).await
}

/// Compares the answers for an active, a pending and an unknown email.
async fn assert_equal_answers(what: &str, request: impl AsyncFn(&'static str) -> Response) -> String {
    let unknown = request("unknown@example.com").await;
    assert_eq!(request("active@example.com").await, unknown, "{what}");
    assert_eq!(request("pending@example.com").await, unknown, "{what}");
    assert_eq!(unknown.status, 200, "{what}");
    unknown.body
}

#[on_both_databases]
async fn answers_are_equal_for_active_pending_and_unknown_emails(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_activate("active@example.com", PASSWORD).await;
    app.register_and_read_code("pending@example.com", PASSWORD).await;
    // The mail limits of these addresses are unused again.
    app.clock.advance(seconds(60 * 60));

    let answer = assert_equal_answers("signIn", async |email| sign_in(&app, email).await).await;
    assert!(answer.contains("INVALID_CREDENTIALS"), "{answer}");
    let answer = assert_equal_answers("activate", async |email| activate(&app, email).await).await;
    assert!(answer.contains("INVALID_CREDENTIALS"), "{answer}");
    let answer = assert_equal_answers("resend", async |email| resend(&app, email).await).await;
    assert!(answer.contains("INVALID_CREDENTIALS"), "{answer}");
    let answer = assert_equal_answers("me", async |email| me(&app, email).await).await;
    assert!(answer.contains("UNAUTHENTICATED"), "{answer}");

    for _ in 0..2 {
        assert_equal_answers("signIn", async |email| sign_in(&app, email).await).await;
    }
    let answer = assert_equal_answers("signIn, limited", async |email| sign_in(&app, email).await).await;
    assert!(answer.contains("RATE_LIMITED"), "{answer}");
    let answer = assert_equal_answers("activate, limited", async |email| activate(&app, email).await).await;
    assert!(answer.contains("RATE_LIMITED"), "{answer}");
    let answer = assert_equal_answers("resend, limited", async |email| resend(&app, email).await).await;
    assert!(answer.contains("RATE_LIMITED"), "{answer}");
    let answer = assert_equal_answers("me, limited", async |email| me(&app, email).await).await;
    assert!(answer.contains("RATE_LIMITED"), "{answer}");

    let answer = assert_equal_answers("register", async |email| register(&app, email).await).await;
    assert!(
        answer.contains("\"codeLength\":4") && answer.contains("\"userErrors\":[]"),
        "{answer}"
    );
    let answer = assert_equal_answers("register, limited", async |email| register(&app, email).await).await;
    assert!(answer.contains("RATE_LIMITED"), "{answer}");
}

mod slow {
    use api::credentials::HashingConfig;
    use api::random::SystemRandom;
    use entity::{HiddenText, user};
    use sea_orm::ActiveValue::Set;
    use sea_orm::EntityTrait;
    use sea_orm::prelude::Uuid;
    use tests::{Database, PASSWORD, TestApp, on_both_databases};
    use tokio::time::Instant;

    use super::Response;

    /// How many calls of each kind are compared. With so many, the share below differs from 0.5 by more than 0.1
    /// by chance once in a million runs.
    const CALLS: u128 = 400;

    #[on_both_databases]
    async fn timing_does_not_reveal_registered_emails(database: Database) {
        let app = TestApp::with(&database, |app| {
            app.hashing = HashingConfig {
                threads: 1,
                queue: 10,
                m_kib: 4 * 1024,
                t: 1,
                p: 1,
            };
        })
        .await;
        insert_users(&app).await;
        let mut shares = Vec::new();
        shares.push((
            "signIn",
            share_of_slower_known(async |email| super::sign_in(&app, email).await).await,
        ));
        shares.push((
            "me",
            share_of_slower_known(async |email| super::me(&app, email).await).await,
        ));
        shares.push((
            "register",
            share_of_slower_known(async |email| super::register(&app, email).await).await,
        ));
        assert!(
            shares.iter().all(|(_, share)| (0.4..=0.6).contains(share)),
            "{shares:?}"
        );
    }

    /// Inserts active users, numbered from 0.
    async fn insert_users(app: &TestApp) {
        let accounts = app.server().app();
        let hash = accounts.hasher.hash(PASSWORD.into(), None, &SystemRandom).await;
        let hash = hash.expect("the hash succeeds");
        let users = (0..CALLS).map(|number| user::ActiveModel {
            id: Set(Uuid::from_u128(number)),
            email: Set(HiddenText(address(number))),
            email_canonical: Set(HiddenText(address(number))),
            password_hash: Set(HiddenText(hash.clone())),
            credential_version: Set(0),
            locale: Set(None),
            disabled_at: Set(None),
            created_at: Set(accounts.clock.now()),
            activated_at: Set(accounts.clock.now()),
        });
        user::Entity::insert_many(users).exec(app.db()).await.expect("users");
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
            assert_eq!(*answer.get_or_insert(response.body.clone()), response.body);
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
}
