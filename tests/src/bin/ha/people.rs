//! People who register, activate, sign in and sign out. They try again after an error, as people do.

use std::time::Duration;

use tokio::time::sleep;

use crate::caller::{Caller, Reply};
use crate::mails::Mails;
use crate::record::Facts;

/// How long a person waits for the email. An email whose worker died is sent again when its lease ends.
const EMAIL_TIMEOUT: Duration = Duration::from_secs(90);

/// The pause after an error, and how often a request is sent.
const PAUSE: Duration = Duration::from_secs(1);
const ATTEMPTS: usize = 60;

/// The life of one account. What goes wrong for good is reported by the final checks.
pub(crate) async fn live(caller: Caller, mails: Mails, number: u32) {
    let email = format!("person{number}@example.com");
    let Reply::Data(registration) = caller.register(&email, number).await else {
        return;
    };
    let token = registration["verificationToken"].as_str().unwrap_or_default();
    caller.record.facts().registered.insert(email.clone());
    if mails.wait_for(&email, EMAIL_TIMEOUT).await.is_none() || !activate(&caller, &mails, &email, token).await {
        return;
    }
    let Some(session) = sign_in(&caller, &email).await else {
        return;
    };
    if number.is_multiple_of(3) {
        sign_out(&caller, &session).await;
    }
}

/// Sends the right code twice at once, until one of the two is accepted.
async fn activate(caller: &Caller, mails: &Mails, email: &str, token: &str) -> bool {
    let mut accepted = 0;
    for _ in 0..ATTEMPTS {
        // A second email has another code, and the first code has ended.
        let Some(newest) = mails.to(email).pop() else {
            return false;
        };
        let (first, second) = tokio::join!(
            caller.activate(token, &newest.code),
            caller.activate(token, &newest.code)
        );
        let mut is_active = false;
        for reply in [first, second] {
            match reply {
                Reply::Data(payload) => {
                    accepted += 1;
                    is_active = true;
                    let session = payload["session"]["token"].as_str().unwrap_or_default();
                    caller.record.facts().open.insert(session.to_owned(), email.to_owned());
                }
                // An earlier request did it, whose answer was lost.
                Reply::Refused(code) => is_active |= code == "ALREADY_ACTIVATED",
                Reply::Failed => {}
            }
        }
        if accepted > 1 {
            caller.record.broken(format!("{email} was activated twice"));
        }
        if is_active {
            caller.record.facts().activated.insert(email.to_owned());
            return true;
        }
        sleep(PAUSE).await;
    }
    false
}

async fn sign_in(caller: &Caller, email: &str) -> Option<String> {
    for _ in 0..ATTEMPTS {
        match caller.sign_in(email).await {
            Reply::Data(payload) => {
                let session = payload["session"]["token"].as_str()?.to_owned();
                caller.record.facts().open.insert(session.clone(), email.to_owned());
                return Some(session);
            }
            Reply::Refused(code) => {
                caller
                    .record
                    .broken(format!("{email} is active and cannot sign in: {code}"));
                return None;
            }
            Reply::Failed => sleep(PAUSE).await,
        }
    }
    None
}

/// Signs out once: after an error, nobody knows whether the session has ended.
async fn sign_out(caller: &Caller, session: &str) {
    caller.record.facts().open.remove(session);
    match caller.sign_out(session).await {
        Reply::Data(_) => {
            caller.record.facts().ended.insert(session.to_owned());
        }
        Reply::Refused(code) => caller.record.broken(format!("a session cannot be ended: {code}")),
        Reply::Failed => {}
    }
}

/// Asks with a session that is open, or with one that has ended.
pub(crate) async fn look(caller: Caller, number: usize) {
    let pick = |facts: &Facts| {
        let ended = facts.ended.iter().nth(number % facts.ended.len().max(1));
        let open = facts.open.keys().nth(number % facts.open.len().max(1));
        match (number % 4, open, ended) {
            (0, _, Some(session)) => Some((session.clone(), false)),
            (_, Some(session), _) => Some((session.clone(), true)),
            _ => None,
        }
    };
    let picked = pick(&caller.record.facts());
    let Some((session, is_open)) = picked else {
        return;
    };
    let reply = caller.me(&session).await;
    let was_ended = !caller.record.facts().open.contains_key(&session);
    match reply {
        Reply::Refused(code) if is_open && !was_ended => {
            caller.record.broken(format!("an open session is refused: {code}"));
        }
        Reply::Data(_) if !is_open => caller.record.broken("an ended session is accepted".to_owned()),
        _ => {}
    }
}
