//! What is wrong is said at its field, until that changes.

use browser::{Look, Page, in_browser};
use serde_json::Value;
use tests::{Database, TestApp, wrong_code};

use super::site::Site;
use super::{EMAIL, OTHER, PASSWORD, open, register, sign_in, submit, visit};

/// Waits until a button waits, or does not, and the page says this.
pub(super) async fn waits(page: &Page, name: &str, waits: bool, said: &str) {
    let expected = format!("button('{name}').ariaDisabled === '{waits}' && said.startsWith('{said}')");
    let expected = if said.is_empty() {
        format!("{expected} && said === ''")
    } else {
        expected
    };
    page.eventually(&format!("{name}: {waits}"), &expected).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn field_errors_are_shown_at_the_field_and_the_first_takes_focus() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        page.fill("[name=email]", "ada").await;
        page.fill("[name=password]", "1234567").await;
        page.eventually("the hint knows", "text('.hint p') === 'At least 8 characters.'")
            .await;
        submit(&page).await;
        page.eventually(
            "the email is invalid",
            "problem('email') === 'Enter a valid email address. Is there a typo?'",
        )
        .await;
        assert_eq!(
            page.ask("problem('password')").await,
            "The password must have at least 8 characters."
        );
        assert_eq!(page.ask("focused").await, "email");

        // A problem goes when its field changes. The other one stays, and the focus too.
        page.press("@example.com").await;
        page.eventually("the email has changed", "problem('email') === null")
            .await;
        assert_ne!(page.ask("problem('password')").await, Value::Null);
        assert_eq!(page.ask("focused").await, "email");
        page.ask("one('[name=password]').focus()").await;
        page.press("8").await;
        page.eventually("the password has changed", "problem('password') === null")
            .await;
        submit(&page).await;
        page.eventually(
            "the password is too weak",
            "problem('password')?.startsWith('This password is too easy to guess. ')",
        )
        .await;
        assert_eq!(page.ask("problem('email')").await, Value::Null);
        assert_eq!(page.ask("focused").await, "password");
        page.press("Ätna über прибой").await;
        page.eventually(
            "only the hint is left",
            "problem('password') === null && text('.hint p') === 'Strong password.'",
        )
        .await;

        assert_eq!(page.ask("one('[name=password]').type").await, "password");
        page.click(".show").await;
        assert_eq!(page.ask("one('[name=password]').type").await, "text");
        assert_eq!(page.ask("one('.show').ariaPressed").await, "true");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn breached_password_is_explained_at_its_field() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        page.fill("[name=email]", EMAIL).await;
        page.fill("[name=password]", "1cherish1").await;
        submit(&page).await;
        page.eventually(
            "the server refuses it",
            "problem('password')?.endsWith(' This password appears in data breaches. Choose a different one.')",
        )
        .await;
        assert_eq!(page.ask("focused").await, "password");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_credentials_go_when_either_field_changes() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        sign_in(&page, PASSWORD).await;
        for field in ["email", "password"] {
            waits(&page, "Sign in", false, "Incorrect email or password.").await;
            page.ask(&format!("one('[name={field}]').focus()")).await;
            page.press("x").await;
            waits(&page, "Sign in", false, "").await;
            submit(&page).await;
        }
        waits(&page, "Sign in", false, "Incorrect email or password.").await;
        page.fill("[name=email]", "ada").await;
        submit(&page).await;
        page.eventually("the email is invalid", "problem('email') !== null")
            .await;
        page.press("@example.com").await;
        page.eventually("the email has changed", "problem('email') === null")
            .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn problems_of_a_code_go_when_their_field_changes() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let site = Site::start(app.address()).await;
        let page = visit(client, &site).await;
        register(&page).await;
        let code = app.next_code(EMAIL).await;
        for left in ["2 tries left", "one try left", "No tries left"] {
            page.press(&wrong_code(&code)).await;
            page.eventually(left, &format!("problem('code')?.includes('{left}')"))
                .await;
            page.press("0").await;
            page.eventually("the code has changed", "problem('code') === null")
                .await;
            page.press(&browser::Key::Backspace.to_string()).await;
        }
        // A code without tries stays dead, whatever is typed.
        page.press("00").await;
        page.eventually("the code has changed", "problem('code') === null && digits === '00'")
            .await;
        assert_eq!(page.ask("text('.primary').startsWith('Send a new code')").await, true);
        assert_eq!(page.ask("one('.code-clock')").await, Value::Null);

        // In another browser.
        page.ask("localStorage.clear()").await;
        page.client
            .goto(&site.at("/activate#code=4466"))
            .await
            .expect("the page loads");
        page.fill("[name=email]", OTHER).await;
        for field in ["email", "password"] {
            page.fill("[name=password]", PASSWORD).await;
            submit(&page).await;
            waits(&page, "Activate", false, "Incorrect email or password, or").await;
            page.ask(&format!("one('[name={field}]').focus()")).await;
            page.press("x").await;
            waits(&page, "Activate", false, "").await;
        }
    })
    .await;
}
