//! The database runs the same statements for an address with a user and for an unknown one.

use api::accounts::{self, RegistrationKey};
use api::verification::Code;
use mailer_mock::Stage;
use tests::{Database, OTHER_PASSWORD, PASSWORD, StatementLog, TestCore, client, credentials, on_both_databases};

use super::{Steps, assert_equal_steps};
use crate::outbox::{fault, reply};

/// Never the code of an address whose guess guard is not tripped: that has four digits.
const WRONG_CODE: &str = "99999999";

#[on_both_databases]
async fn statements_are_equal_for_active_and_unknown_addresses(database: Database) {
    let (core, log) = TestCore::recording(&database).await;
    let token = core.register("known@example.com", PASSWORD, 200).await.token;
    core.send_next().await;
    let newest_code = core.newest_code("known@example.com");
    assert_eq!(core.activate_with_token(&token, &newest_code).await, Ok(()));
    core.advance(60 * 60);

    let known = statements(&core, &log, "known@example.com").await;
    let unknown = statements(&core, &log, "other@example.com").await;
    assert_equal_steps(&known, &unknown);
}

/// The statements of each step of a sequence.
async fn statements(core: &TestCore, log: &StatementLog, email: &str) -> Steps {
    let _ = log.take();
    let mut steps = Vec::new();
    let mut step = |name| steps.push((name, log.take()));
    let new = credentials(email, OTHER_PASSWORD, 1);
    let by_password = RegistrationKey::Password(new.clone());

    let token = core.register(email, OTHER_PASSWORD, 1).await.token;
    step("register");
    core.mailer.faults().set(fault(Stage::Rcpt, reply(451), 1));
    core.send_next().await;
    step("the email is refused");
    core.advance(1);
    core.send_next().await;
    step("the email is sent");
    for name in ["first try", "second try", "third try", "one try too many"] {
        let _ = core.activate_with_token(&token, WRONG_CODE).await;
        step(name);
    }
    let _ = core.activate_with_token(&token, "not a code").await;
    step("not a code");
    core.advance(30);
    let by_token = RegistrationKey::Token(token.clone(), client(1));
    let _ = accounts::resend_activation_code(&core.app, &by_token).await;
    step("resend");
    core.send_next().await;
    step("the second email is sent");
    let _ = accounts::me_by_password(&core.app, &new).await;
    step("me, first proof");
    let _ = accounts::me_by_password(&core.app, &new).await;
    step("me, second proof");
    let _ = accounts::sign_in(&core.app, &new).await;
    step("signIn");
    let _ = accounts::sign_in(&core.app, &credentials(email, "a wrong password", 1)).await;
    step("signIn, wrong password");
    let _ = accounts::activate(&core.app, &by_password, Code::parse(WRONG_CODE), core.app.clock.now()).await;
    step("activate by password");
    let _ = accounts::resend_activation_code(&core.app, &by_password).await;
    step("resend by password, limited");
    core.advance(60);
    let _ = core.activate_with_token(&token, WRONG_CODE).await;
    step("expired");
    core.register(email, OTHER_PASSWORD, 2).await;
    step("register again");
    let _ = core.activate_with_token(&token, WRONG_CODE).await;
    step("replaced");
    core.send_next().await;
    step("the third email is sent");
    steps
}
