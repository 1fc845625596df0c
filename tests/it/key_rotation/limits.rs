//! Limits hold through a rotation.

use api::accounts::DomainError;
use futures_util::future::join_all;
use tests::{Database, PASSWORD, TestCore, credentials, on_both_databases, wrong_code};

use super::{advance, after, before, first_step, second_step};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// Whether a guess at a password was checked, and not refused.
async fn guess(server: &TestCore, network: u8) -> bool {
    let answer = server
        .verify(&credentials("ada@example.com", "a wrong password", network))
        .await;
    match answer {
        Err(DomainError::InvalidCredentials) => true,
        Err(DomainError::RateLimited(_)) => false,
        other => panic!("{other:?}"),
    }
}

/// How many of 30 guesses from different networks, sent to the servers in turn, are checked.
async fn checked_guesses(servers: &[&TestCore]) -> usize {
    let guesses = (0..30_u8).map(|number| guess(servers[usize::from(number) % servers.len()], number));
    join_all(guesses).await.into_iter().filter(|checked| *checked).count()
}

#[on_both_databases]
async fn servers_with_keys_in_any_order_share_the_password_limit(database: Database) {
    let (first, second) = (first_step(&database).await, second_step(&database).await);
    assert_eq!(checked_guesses(&[&first, &second]).await, 12);
}

#[on_both_databases]
async fn servers_before_and_after_a_step_share_the_password_limit(database: Database) {
    let (old, first) = (before(&database).await, first_step(&database).await);
    assert_eq!(checked_guesses(&[&old, &first]).await, 12);
    advance([&old, &first], 20 * MINUTE);
    let second = second_step(&database).await;
    second.advance(20 * MINUTE);
    assert_eq!(checked_guesses(&[&old, &first, &second]).await, 1);
}

#[on_both_databases]
async fn servers_with_keys_in_any_order_share_the_email_limits(database: Database) {
    let (first, second) = (first_step(&database).await, second_step(&database).await);
    let requests = (0..40_u8).map(|number| {
        let server = if number % 2 == 0 { &first } else { &second };
        server.try_register("ada@example.com", PASSWORD, number)
    });
    let answers = join_all(requests).await;
    assert_eq!(answers.into_iter().flatten().count(), 10);
}

/// Somebody guesses as often as they may, through the whole rotation.
#[on_both_databases]
async fn steady_guesses_get_no_further_ones_when_the_previous_key_goes(database: Database) {
    let (old, second) = (before(&database).await, second_step(&database).await);
    assert_eq!(checked_guesses(&[&old]).await, 12);
    let interval = 20 * MINUTE;
    let mut passed = 0;
    while passed < 24 * HOUR {
        advance([&old, &second], interval);
        passed += interval;
        assert_eq!(checked_guesses(&[&second]).await, 1, "after {passed} seconds");
    }
    let new = after(&database).await;
    new.advance(passed + interval);
    assert_eq!(checked_guesses(&[&new]).await, 1);
}

#[on_both_databases]
async fn returned_tokens_return_to_both_keys(database: Database) {
    let (old, second) = (before(&database).await, second_step(&database).await);
    old.register_and_activate("ada@example.com", PASSWORD).await;
    for _ in 0..20 {
        assert!(
            second
                .verify(&credentials("ada@example.com", PASSWORD, 1))
                .await
                .is_ok()
        );
    }
    for server in [&old, &after(&database).await] {
        assert!(
            server
                .verify(&credentials("ada@example.com", PASSWORD, 1))
                .await
                .is_ok()
        );
    }
}

/// Registers from a network of its own and spends wrong tries. Gives the length of the code, which was announced.
async fn guess_codes(server: &TestCore, network: u8, tries: usize) -> usize {
    let begun = server.register("ada@example.com", PASSWORD, network).await;
    assert!(server.send_next().await);
    let code = server.newest_code("ada@example.com");
    let ada = credentials("ada@example.com", PASSWORD, network);
    for _ in 0..tries {
        let answer = server.activate(&ada, &wrong_code(&code)).await;
        assert!(matches!(answer, Err(DomainError::InvalidCode(_))), "{answer:?}");
    }
    assert_eq!(usize::from(begun.sent.code_length), code.len());
    code.len()
}

/// Trips the guess guard on one server. The other one then draws longer codes.
async fn trip_the_guard(server: &TestCore, other: &TestCore) {
    for network in 1..=4 {
        guess_codes(server, network, if network == 4 { 1 } else { 3 }).await;
    }
    assert_eq!(guess_codes(other, 5, 0).await, 8);
}

#[on_both_databases]
async fn guard_that_a_server_before_the_step_trips_lengthens_codes(database: Database) {
    trip_the_guard(&before(&database).await, &second_step(&database).await).await;
}

#[on_both_databases]
async fn guard_that_a_server_after_the_step_trips_lengthens_codes(database: Database) {
    trip_the_guard(&after(&database).await, &first_step(&database).await).await;
}

#[on_both_databases]
async fn tries_of_codes_count_across_a_step(database: Database) {
    let (old, second) = (before(&database).await, second_step(&database).await);
    for network in 1..=3 {
        assert_eq!(guess_codes(&old, network, 3).await, 4);
    }
    advance([&old, &second], HOUR);
    assert_eq!(guess_codes(&second, 4, 1).await, 4, "nine so far");
    assert_eq!(guess_codes(&second, 5, 0).await, 8, "ten");
}

/// Each try within a day restarts the day, also if most tries were counted with the previous key.
#[on_both_databases]
async fn tripped_guard_stays_tripped_when_the_previous_key_goes(database: Database) {
    let (old, second) = (before(&database).await, second_step(&database).await);
    for network in 1..=4 {
        guess_codes(&old, network, if network == 4 { 1 } else { 3 }).await;
    }
    for network in 5..=6 {
        advance([&old, &second], 23 * HOUR);
        assert_eq!(guess_codes(&second, network, 1).await, 8);
    }
    let new = after(&database).await;
    new.advance(47 * HOUR);
    assert_eq!(guess_codes(&new, 7, 0).await, 8);
}
