//! A reset whose email waits for the mail server answers the same whether its user ends it or the address is unknown.

use api::accounts;
use api::credentials::{EmailAddress, NewPassword};
use api::sessions::FoundSession;
use api::verification::{Code, VerificationToken};
use entity::user;
use mailer_mock::{FaultRule, Stage};
use tests::{Database, OTHER_PASSWORD, PASSWORD, TestCore, client, on_both_databases};

use crate::outbox::reply;

const EMAILS: [&str; 2] = ["known@example.com", "other@example.com"];

const NO_ACCOUNT: &str = "No account uses this address";
const RESET_ENDED: &str = "Your password reset is no longer valid";

#[on_both_databases]
async fn answers_stay_equal_after_a_new_password(database: Database) {
    let end = async |core: &TestCore, user, session: FoundSession| {
        let hash = "not a hash".to_owned();
        let changed = accounts::replace_password(&core.app, &session, user, hash, &client(1)).await;
        changed.expect("a new password");
    };
    assert_equal_after(&database, end, RESET_ENDED).await;
}

#[on_both_databases]
async fn answers_stay_equal_after_a_disabling(database: Database) {
    let end = async |core: &TestCore, user: user::Model, _| {
        let disabled = accounts::disable_user(&(&core.app).into(), core.app.clock.now(), user.id).await;
        assert!(matches!(disabled, Ok(Some(_))), "{disabled:?}");
    };
    assert_equal_after(&database, end, RESET_ENDED).await;
}

#[on_both_databases]
async fn answers_stay_equal_after_a_deletion(database: Database) {
    let end = async |core: &TestCore, user, session: FoundSession| {
        let deleted = accounts::delete_verified(&core.app, &session, user).await;
        deleted.expect("a deletion");
    };
    assert_equal_after(&database, end, NO_ACCOUNT).await;
}

/// The mail server refuses both emails. Each later attempt draws a new code, which has three tries, and the last one sends
/// both emails without a code; `subject` is that of the email to the known address.
async fn assert_equal_after(
    database: &Database,
    end: impl AsyncFnOnce(&TestCore, user::Model, FoundSession),
    subject: &str,
) {
    let core = TestCore::start(database).await;
    let (user, session, _) = core.sign_in_new(EMAILS[0], PASSWORD).await;
    core.mailer.faults().set(vec![FaultRule::new(Stage::Rcpt, reply(451))]);
    let tokens = [request(&core, EMAILS[0]).await, request(&core, EMAILS[1]).await];
    send_all(&core).await;
    try_codes(&core, &tokens, "InvalidCode(Some(2))").await;

    end(&core, user, session).await;
    try_codes(&core, &tokens, "InvalidCode(Some(1))").await;
    try_codes(&core, &tokens, "InvalidCode(Some(0))").await;
    try_codes(&core, &tokens, "TooManyAttempts").await;
    core.advance(31);
    send_all(&core).await;
    try_codes(&core, &tokens, "InvalidCode(Some(2))").await;

    core.mailer.faults().set(Vec::new());
    core.advance(120);
    send_all(&core).await;
    for (email, subject) in [(EMAILS[0], subject), (EMAILS[1], NO_ACCOUNT)] {
        let emails = core.mailer.mailbox().messages_to(email);
        assert!(emails.iter().any(|email| email.subject == subject), "{emails:?}");
    }
    try_codes(&core, &tokens, "InvalidCode(Some(2))").await;
}

/// Tries to send every email that is due.
async fn send_all(core: &TestCore) {
    while core.send_next().await {}
}

async fn request(core: &TestCore, email: &str) -> VerificationToken {
    let address = EmailAddress::parse(email).expect("an address");
    let begun = accounts::request_password_reset(&core.app, address, None, &client(1)).await;
    begun.expect("a reset").token
}

async fn try_codes(core: &TestCore, tokens: &[VerificationToken; 2], expected: &str) {
    for token in tokens {
        let password = NewPassword::parse(OTHER_PASSWORD.to_owned());
        let (wrong, now) = (Code::parse("00000000"), core.app.clock.now());
        let tried = accounts::reset_password(&core.app, token, wrong, password, now, &client(1)).await;
        let error = tried.expect_err("a wrong code");
        assert_eq!(format!("{error:?}"), expected);
    }
}
