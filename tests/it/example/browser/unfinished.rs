//! What is not typed yet is not sent.

use browser::{Look, Page, in_browser};
use serde_json::json;
use tests::{Database, TestApp};

use super::site::Site;
use super::{EMAIL, PASSWORD, choose, hint_is_there, is_signed_in, open, register, sign_in, submit, visit};

/// Counts the requests of the page from now on.
pub(super) async fn count_requests(page: &Page) {
    let count = "window.sent = 0, window.fetch = ((fetch) => (url, request) => {
        window.sent += 1;
        return fetch(url, request);
    })(window.fetch)";
    page.ask(&format!("[{count}].length")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn empty_fields_are_asked_for_and_not_sent() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let site = Site::start(app.address()).await;
        let page = visit(client, &site).await;
        let (email, password) = ("Enter your email address.", "Enter your password.");
        for screen in ["Create your account", "Welcome back", "Activate your account"] {
            if screen == "Welcome back" {
                page.client.refresh().await.expect("the page reloads");
                page.eventually("the form is there", "one('form') !== null").await;
                choose(&page, "Sign in").await;
            }
            if screen == "Activate your account" {
                page.client.goto(&site.at("/#code=4466")).await.expect("the page loads");
            }
            page.eventually(screen, &format!("heading === '{screen}'")).await;
            if screen == "Create your account" {
                hint_is_there(&page).await;
            }
            count_requests(&page).await;
            submit(&page).await;
            let both = format!("problem('email') === '{email}' && problem('password') === '{password}'");
            page.eventually("both are missing", &both).await;
            assert_eq!(page.ask("focused").await, "email");
            page.press(EMAIL).await;
            submit(&page).await;
            let one = format!("problem('email') === null && problem('password') === '{password}'");
            page.eventually("the password is missing", &one).await;
            assert_eq!(page.ask("focused").await, "password");
            assert_eq!(page.ask("[sent, said]").await, json!([0, ""]), "{screen}");
        }
        // The button beside the form needs them too.
        page.press("x").await;
        page.eventually("the password has changed", "problem('password') === null")
            .await;
        page.press(&browser::Key::Backspace.to_string()).await;
        choose(&page, "Send a new code").await;
        page.eventually(
            "the password is missing",
            &format!("problem('password') === '{password}'"),
        )
        .await;
        assert_eq!(page.ask("sent").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn incomplete_code_is_kept_and_not_sent() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        register(&page).await;
        let code = app.next_code(EMAIL).await;
        count_requests(&page).await;
        for typed in ["", &code[..3]] {
            page.press(typed).await;
            submit(&page).await;
            page.eventually("digits are missing", "problem('code') === 'Enter all 4 digits.'")
                .await;
            assert_eq!(page.ask("[digits, focused]").await, json!([typed, "code"]));
        }
        assert_eq!(page.ask("sent").await, 0);
        page.press(&code[3..]).await;
        is_signed_in(&page).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn incomplete_code_of_unknown_length_is_not_sent() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let code = app.register_and_read_code(EMAIL, PASSWORD).await;
        let page = open(client, app.address()).await;
        sign_in(&page, PASSWORD).await;
        page.eventually("the field is there", "focused === 'code' && boxes.length === 0")
            .await;
        page.press(&code[..3]).await;
        submit(&page).await;
        page.eventually(
            "digits are missing",
            "problem('code') === 'Enter the code from the email.'",
        )
        .await;
        page.press(&code[3..]).await;
        submit(&page).await;
        is_signed_in(&page).await;
    })
    .await;
}
