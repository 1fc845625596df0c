//! A reset whose email waits for the mail server answers the same whether its user ends it or the address is unknown.

use api::accounts;
use api::credentials::{EmailAddress, NewPassword};
use api::sessions::FoundSession;
use api::verification::{Code, VerificationToken};
use entity::{Purpose, user, verification};
use mailer_mock::{FaultRule, Stage};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
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
async fn answers_stay_equal_after_another_reset(database: Database) {
    let end = async |core: &TestCore, user: user::Model, _| {
        core.advance(30);
        request(core, EMAILS[0]).await;
        let newest = verification::Entity::find()
            .filter(verification::Column::UserId.eq(user.id))
            .filter(verification::Column::Purpose.eq(Purpose::PasswordReset))
            .order_by_desc(verification::Column::Id);
        let reset = newest.one(&core.app.db).await.expect("an answer").expect("a reset");
        let hash = "not a hash".to_owned();
        let done = accounts::complete_password_reset(&core.app, &reset, hash, &client(1)).await;
        done.expect("a new password");
    };
    assert_equal_after(&database, end, RESET_ENDED).await;
}

#[on_both_databases]
async fn answers_stay_equal_after_a_new_address(database: Database) {
    let end = async |core: &TestCore, user, session: FoundSession| {
        let address = accounts::NewAddress {
            email: EmailAddress::parse("moved@example.com").expect("an address"),
            locale: None,
        };
        let begun = accounts::request_email_change_verified(&core.app, &session, user, address, &client(1)).await;
        begun.expect("a change");
        let change = verification::Entity::find().filter(verification::Column::Purpose.eq(Purpose::EmailChange));
        let change = change.one(&core.app.db).await.expect("an answer").expect("a change");
        let done = accounts::complete_email_change(&core.app, &session, &change, &client(1)).await;
        done.expect("a new address");
    };
    assert_equal_after(&database, end, NO_ACCOUNT).await;
}

#[on_both_databases]
async fn answers_stay_equal_after_the_user_is_disabled(database: Database) {
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

/// A new user is not told that there is no account.
#[on_both_databases]
async fn reset_from_before_the_registration_is_no_longer_valid(database: Database) {
    let core = TestCore::start(&database).await;
    refuse(&core, true);
    let token = request(&core, EMAILS[1]).await;
    send_all(&core).await;
    refuse(&core, false);
    core.register_and_activate(EMAILS[1], PASSWORD).await;
    core.advance(120);
    send_all(&core).await;
    assert_is_sent_without_a_code(&core, EMAILS[1], RESET_ENDED);
    try_codes(&core, &[token], "InvalidCode(Some(2))").await;
}

/// The mail server refuses both emails. Each later attempt draws a new code, which has three tries, and the last one sends
/// both emails without a code; `subject` is that of the email to the known address.
async fn assert_equal_after(
    database: &Database,
    end: impl AsyncFnOnce(&TestCore, user::Model, FoundSession),
    subject: &str,
) {
    let core = TestCore::start(database).await;
    let (user, session, _) = core.create_signed_in_user(EMAILS[0], PASSWORD).await;
    refuse(&core, true);
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

    refuse(&core, false);
    core.advance(120);
    send_all(&core).await;
    assert_is_sent_without_a_code(&core, EMAILS[0], subject);
    assert_is_sent_without_a_code(&core, EMAILS[1], NO_ACCOUNT);
    try_codes(&core, &tokens, "InvalidCode(Some(2))").await;
}

/// Lets the mail server refuse every email, or none.
fn refuse(core: &TestCore, refuses: bool) {
    let rule = refuses.then(|| FaultRule::new(Stage::Rcpt, reply(451)));
    core.mailer.faults().set(rule.into_iter().collect());
}

fn assert_is_sent_without_a_code(core: &TestCore, address: &str, subject: &str) {
    let emails = core.mailer.mailbox().messages_to(address);
    let sent: Vec<_> = emails.iter().filter(|email| email.subject == subject).collect();
    assert!(sent.len() == 1 && sent[0].codes.is_empty(), "{emails:?}");
    assert!(
        !emails.iter().any(|email| email.subject.contains("password reset code")),
        "{emails:?}"
    );
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

async fn try_codes(core: &TestCore, tokens: &[VerificationToken], expected: &str) {
    for token in tokens {
        let password = NewPassword::parse(OTHER_PASSWORD.to_owned());
        let (wrong, now) = (Code::parse("00000000"), core.app.clock.now());
        let tried = accounts::reset_password(&core.app, token, wrong, password, now, &client(1)).await;
        let error = tried.expect_err("a wrong code");
        assert_eq!(format!("{error:?}"), expected);
    }
}
