//! Answers that come late: to somebody who has left, or who wants two things at once.

use browser::{Look, Page, in_browser};
use serde_json::json;
use tests::{Database, TestApp};

use super::code::cool_down;
use super::{EMAIL, PASSWORD, choose, is_in, open, register, sign_in, submit, turn_the_clock};
use crate::seconds;

/// Holds back in the page what is answered to an operation, until it is [`let_go`].
async fn hold(page: &Page, operation: &str) {
    let hold = format!(
        "(() => {{
            const fetch = window.fetch;
            window.fetch = async (url, options) => {{
                const answer = await fetch(url, options);
                const held = JSON.parse(options.body).operationName === {};
                if (held) await new Promise((letGo) => {{
                    window.letGo = () => {{ delete window.letGo; letGo(); }};
                }});
                return answer;
            }};
        }})()",
        json!(operation)
    );
    page.ask(&hold).await;
}

async fn let_go(page: &Page) {
    page.eventually("the answer is there", "window.letGo !== undefined")
        .await;
    page.ask("window.letGo()").await;
}

/// That the form to sign in stays: long enough to be used.
async fn is_used(page: &Page) {
    page.fill("[name=email]", EMAIL).await;
    page.fill("[name=password]", "another password").await;
    submit(page).await;
    page.eventually(
        "it is answered",
        "heading === 'Welcome back' && said === 'Email and password do not belong together.'",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_left_the_registration_is_not_called_back() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        hold(&page, "Register").await;
        page.fill("[name=email]", EMAIL).await;
        page.fill("[name=password]", PASSWORD).await;
        submit(&page).await;
        choose(&page, "Sign in").await;
        page.eventually("the form is there", "heading === 'Welcome back'").await;
        let_go(&page).await;
        is_used(&page).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_left_the_sign_in_is_not_called_back() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        app.register_and_activate(EMAIL, PASSWORD).await;
        let page = open(client, app.address()).await;
        hold(&page, "SignIn").await;
        sign_in(&page, PASSWORD).await;
        choose(&page, "Create an account").await;
        page.eventually("the form is there", "heading === 'Create your account'")
            .await;
        let_go(&page).await;
        page.fill("[name=email]", "ada").await;
        page.fill("[name=password]", "1234567").await;
        submit(&page).await;
        page.eventually("it is answered", "problem('email') !== null").await;
        assert_eq!(page.ask("heading").await, "Create your account");
        assert_eq!(page.ask("kept").await, "{}");
    })
    .await;
}

/// Otherwise the answer to the other code says "active already", and throws the session away.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_another_code_is_asked_for_none_is_sent_in() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        register(&page).await;
        let first = app.next_code(EMAIL).await;
        cool_down(&app, &page).await;
        hold(&page, "Resend").await;
        choose(&page, "Send a new code").await;
        page.eventually(
            "all waits",
            "one('[name=code]').readOnly && button('Activate').ariaDisabled === 'true'",
        )
        .await;
        page.ask("one('[name=code]').focus()").await;
        page.press(&first).await;
        assert_eq!(page.ask("digits").await, "");
        let_go(&page).await;
        page.eventually(
            "it is sent",
            "said.startsWith('A new code is on its way.') && focused === 'code'",
        )
        .await;

        hold(&page, "Activate").await;
        page.press(&app.next_code(EMAIL).await).await;
        turn_the_clock(&page, seconds(60)).await;
        page.eventually("no time is left", "text('.code-clock').startsWith('Its time is over.')")
            .await;
        assert_eq!(page.ask("button('Send a new code').ariaDisabled").await, "true");
        let_go(&page).await;
        is_in(&page).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_left_the_code_is_not_called_back() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        register(&page).await;
        app.next_code(EMAIL).await;
        cool_down(&app, &page).await;
        hold(&page, "Resend").await;
        choose(&page, "Send a new code").await;
        choose(&page, "Sign in instead").await;
        page.eventually("the form is there", "heading === 'Welcome back'").await;
        let_go(&page).await;
        is_used(&page).await;
    })
    .await;
}
