//! Those who guess codes, and those who have an address flooded with emails.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::caller::{Caller, Reply};
use crate::mails::Mails;

/// The tries of a code, and the emails to an address in an hour.
pub(crate) const TRIES: usize = 3;
pub(crate) const EMAILS: usize = 10;

/// How long somebody guesses, so that many guess while a fault begins and ends.
const GUESS_FOR: Duration = Duration::from_secs(45);
const GUESS_PAUSE: Duration = Duration::from_secs(3);

const EMAIL_TIMEOUT: Duration = Duration::from_secs(90);

/// How often the address of a flood is registered.
const FLOOD_PAUSE: Duration = Duration::from_secs(2);

/// Registers, then guesses wrong codes, two at once. When all tries are spent, the right code must not work.
pub(crate) async fn guess(caller: Caller, mails: Mails, number: u32) {
    let email = format!("guessed{number}@example.com");
    let Reply::Data(registration) = caller.register(&email, number).await else {
        return;
    };
    let token = registration["verificationToken"].as_str().unwrap_or_default();
    caller.record.facts().registered.insert(email.clone());
    if mails.wait_for(&email, EMAIL_TIMEOUT).await.is_none() {
        return;
    }
    let until = Instant::now() + GUESS_FOR;
    while Instant::now() < until {
        let codes = mails.to(&email);
        // Neither is the code of an email.
        let mut wrong = (0..)
            .map(|code| format!("{code:04}"))
            .filter(|code| codes.iter().all(|email| email.code != *code));
        let (first, second) = (wrong.next().unwrap_or_default(), wrong.next().unwrap_or_default());
        let (first, second) = tokio::join!(caller.activate(token, &first), caller.activate(token, &second));
        for reply in [first, second] {
            match reply {
                Reply::Refused(code) if code == "INVALID_CODE" => {
                    *caller.record.facts().wrong_codes.entry(email.clone()).or_default() += 1;
                }
                Reply::Data(_) => caller.record.broken(format!("a wrong code activated {email}")),
                _ => {}
            }
        }
        sleep(GUESS_PAUSE).await;
    }
    let codes = mails.to(&email);
    let tries = caller
        .record
        .facts()
        .wrong_codes
        .get(&email)
        .copied()
        .unwrap_or_default();
    let Some(right) = codes.last().filter(|_| tries >= TRIES * codes.len()) else {
        return;
    };
    // It may be that another email is on its way, whose code is not this one.
    if matches!(caller.activate(token, &right.code).await, Reply::Data(_)) {
        caller
            .record
            .broken(format!("{email} was activated after {tries} wrong codes"));
    }
}

/// Registers one address from many networks.
pub(crate) async fn flood(caller: Caller, number: u32) {
    let email = format!("flooded{number}@example.com");
    for turn in 0.. {
        let network = 40_000 + number * 1_000 + turn % 1_000;
        if matches!(caller.register(&email, network).await, Reply::Data(_)) {
            *caller.record.facts().floods.entry(email.clone()).or_default() += 1;
        }
        sleep(FLOOD_PAUSE).await;
    }
}
