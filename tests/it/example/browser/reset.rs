//! A forgotten password: its tabs and its refusals.

use browser::{Look, Page, in_browser};
use serde_json::json;
use tests::{Database, TestApp, wrong_code};

use super::code::cool_down;
use super::life::{SECOND, forget, shows};
use super::problems::waits;
use super::site::Site;
use super::unfinished::count_requests;
use super::{EMAIL, OTHER, PASSWORD, choose, hint_is_there, is_signed_in, open, sign_in, submit, visit};
use crate::seconds;

const OVER: &str = "This code no longer works: it has already been used, or an hour has passed. Request a new one.";

async fn start_reset(page: &Page, app: &TestApp) -> String {
    choose(page, "Sign in").await;
    page.eventually("the form is there", "heading === 'Welcome back'").await;
    forget(page, EMAIL).await;
    app.next_code(EMAIL).await
}

/// Waits for a problem of the code, which empties the boxes.
async fn refuses(page: &Page, text: &str) {
    let expected = format!(
        "problem('code') === {} && digits === '' && focused === 'code'",
        json!(text)
    );
    page.eventually(text, &expected).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reload_and_second_tab_continue_a_reset() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        app.register_and_activate(EMAIL, PASSWORD).await;
        let site = Site::start(app.address()).await;
        let page = visit(client, &site).await;
        let code = start_reset(&page, &app).await;
        page.client.refresh().await.expect("the page reloads");
        page.eventually("the boxes are there", "boxes.length === 8 && focused === 'code'")
            .await;
        page.eventually("the countdown goes on", "/^(10|9):/.test(text('.code-clock b'))")
            .await;

        let first = page.client.window().await.expect("a tab");
        let second = page.client.new_window(true).await.expect("another tab");
        page.client.switch_to_window(second.handle).await.expect("it opens");
        page.client.goto(&site.url()).await.expect("the page loads");
        page.eventually("the boxes are there", "boxes.length === 8").await;
        page.press(&code).await;
        page.fill("[name=newPassword]", SECOND).await;
        submit(&page).await;
        shows(
            &page,
            "Welcome back",
            "Your password has been changed. Sign in with the new one.",
        )
        .await;

        page.client.switch_to_window(first).await.expect("the first tab");
        let elsewhere = "You changed your password in another tab. Sign in with the new one.";
        shows(&page, "Welcome back", elsewhere).await;
        assert_eq!(page.ask("kept").await, "{}");
        page.fill("[name=password]", SECOND).await;
        submit(&page).await;
        is_signed_in(&page).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reset_shows_what_is_wrong_until_a_new_code() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        app.register_and_activate(EMAIL, PASSWORD).await;
        let page = open(client, app.address()).await;
        let code = start_reset(&page, &app).await;
        hint_is_there(&page).await;
        count_requests(&page).await;
        submit(&page).await;
        let both = "problem('code') === 'Enter all 8 digits.' && problem('newPassword') === 'Enter a new password.'";
        page.eventually("both are missing", both).await;
        assert_eq!(page.ask("sent").await, 0);

        // A refused password costs no try.
        page.press(&wrong_code(&code)).await;
        page.fill("[name=newPassword]", "password").await;
        submit(&page).await;
        let weak = "problem('newPassword')?.startsWith('This password is too easy to guess.') && digits.length === 8";
        page.eventually("the password is too weak", weak).await;
        page.fill("[name=newPassword]", SECOND).await;
        for left in [
            "You have 2 tries left.",
            "You have one try left.",
            "No tries left. Request a new code.",
        ] {
            submit(&page).await;
            refuses(&page, &format!("That code isn't right. {left}")).await;
            page.press(&wrong_code(&code)).await;
        }
        assert_eq!(page.ask("text('.primary').startsWith('Send a new code')").await, true);
        page.fill("[name=code]", &code).await;
        submit(&page).await;
        refuses(&page, "Too many tries with this code. Request a new one.").await;

        cool_down(&app, &page).await;
        choose(&page, "Send a new code").await;
        page.eventually(
            "the code is sent",
            "said === 'We sent a new code. Only the newest code works.'",
        )
        .await;
        let code = app.next_code(EMAIL).await;
        app.clock.advance(seconds(600));
        page.press(&code).await;
        submit(&page).await;
        refuses(&page, "This code has expired. Request a new one.").await;

        // An hour later the server has forgotten it.
        app.clock.advance(seconds(3600));
        page.press(&code).await;
        submit(&page).await;
        shows(&page, "Forgot your password?", OVER).await;
        assert_eq!(
            page.ask("[kept, one('[name=email]').value]").await,
            json!(["{}", EMAIL])
        );
        submit(&page).await;
        page.eventually("the boxes are there", "boxes.length === 8").await;
        page.press(&app.next_code(EMAIL).await).await;
        page.fill("[name=newPassword]", SECOND).await;
        submit(&page).await;
        page.eventually("the password is changed", "heading === 'Welcome back'")
            .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reset_of_unknown_address_looks_the_same() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        sign_in(&page, PASSWORD).await;
        page.eventually("the sign-in fails", "said === 'Incorrect email or password.'")
            .await;
        choose(&page, "Forgot your password?").await;
        page.eventually(
            "the email is known",
            &format!("one('[name=email]').value === '{EMAIL}'"),
        )
        .await;
        for (typed, problem) in [
            ("", "Enter your email address."),
            ("ada", "Enter a valid email address. Is there a typo?"),
        ] {
            if typed.is_empty() {
                page.ask("[one('[name=email]').focus(), one('[name=email]').select()]")
                    .await;
                page.press(&browser::Key::Backspace.to_string()).await;
            } else {
                page.fill("[name=email]", typed).await;
            }
            submit(&page).await;
            page.eventually(problem, &format!("problem('email') === '{problem}'"))
                .await;
        }
        page.fill("[name=email]", OTHER).await;
        submit(&page).await;
        page.eventually("the boxes are there", "boxes.length === 8 && focused === 'code'")
            .await;
        let lead = format!("If {OTHER} has an account, we sent it a code.");
        assert_eq!(page.ask("text('.lead')").await, lead);
        assert!(app.next_mail(OTHER).await.codes.is_empty());

        // The wait belongs to this address.
        choose(&page, "Use a different email").await;
        page.eventually("the form is there", "heading === 'Forgot your password?'")
            .await;
        assert_eq!(page.ask("kept").await, "{}");
        page.fill("[name=email]", OTHER).await;
        submit(&page).await;
        waits(&page, "Email me a code", true, "We just sent an email").await;
        page.fill("[name=email]", EMAIL).await;
        waits(&page, "Email me a code", false, "").await;
    })
    .await;
}
