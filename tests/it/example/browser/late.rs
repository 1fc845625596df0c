//! Answers that arrive late: on another screen, or while another request runs.

use browser::{Look, Page, in_browser};
use serde_json::json;
use tests::{Database, TestApp};

use super::code::cool_down;
use super::{EMAIL, PASSWORD, advance_page_clock, choose, is_signed_in, open, register, sign_in, submit};
use crate::seconds;

/// Holds back the answer to an operation until [`let_go`].
async fn hold(page: &Page, operation: &str) {
    let hold = format!(
        "(() => {{
            const fetch = window.fetch;
            window.fetch = async (url, options) => {{
                // The page may cancel the request when this answer is already on its way.
                const answer = await fetch(url, {{ ...options, signal: undefined }});
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
    page.eventually("the answer is held back", "window.letGo !== undefined")
        .await;
    page.ask("window.letGo()").await;
}

/// The sign-in form stays, and works.
async fn is_used(page: &Page) {
    page.fill("[name=email]", EMAIL).await;
    page.fill("[name=password]", "another password").await;
    submit(page).await;
    page.eventually(
        "the answer is shown",
        "heading === 'Welcome back' && said === 'Incorrect email or password.'",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn late_register_answer_keeps_the_next_screen() {
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
async fn late_sign_in_answer_keeps_the_next_screen() {
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
        page.eventually("the answer is shown", "problem('email') !== null")
            .await;
        assert_eq!(page.ask("heading").await, "Create your account");
        assert_eq!(page.ask("kept").await, "{}");
    })
    .await;
}

/// Otherwise the answer to the second code is `ALREADY_ACTIVATED`, and the session of the first is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn resend_and_activate_do_not_overlap() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        register(&page).await;
        let first = app.next_code(EMAIL).await;
        cool_down(&app, &page).await;
        hold(&page, "ResendActivationCode").await;
        choose(&page, "Send a new code").await;
        page.eventually(
            "the form waits",
            "one('[name=code]').readOnly && button('Activate').ariaDisabled === 'true'",
        )
        .await;
        page.ask("one('[name=code]').focus()").await;
        page.press(&first).await;
        assert_eq!(page.ask("digits").await, "");
        let_go(&page).await;
        page.eventually(
            "the code is sent",
            "said.startsWith('We sent a new code.') && focused === 'code'",
        )
        .await;

        hold(&page, "Activate").await;
        page.press(&app.next_code(EMAIL).await).await;
        advance_page_clock(&page, seconds(60)).await;
        page.eventually(
            "the countdown ends",
            "text('.code-clock').startsWith('This code may have expired.')",
        )
        .await;
        assert_eq!(page.ask("button('Send a new code').ariaDisabled").await, "true");
        let_go(&page).await;
        is_signed_in(&page).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn late_resend_answer_keeps_the_next_screen() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        register(&page).await;
        app.next_code(EMAIL).await;
        cool_down(&app, &page).await;
        hold(&page, "ResendActivationCode").await;
        choose(&page, "Send a new code").await;
        choose(&page, "Sign in instead").await;
        page.eventually("the form is there", "heading === 'Welcome back'").await;
        let_go(&page).await;
        is_used(&page).await;
    })
    .await;
}
