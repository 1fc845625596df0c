//! What the screens of an account refuse.

use browser::{Look, in_browser};
use serde_json::json;
use tests::{Database, TestApp, wrong_code};

use super::life::{SECOND, begin_email_change, shows, sign_in_to, visit_screen};
use super::problems::waits;
use super::unfinished::count_requests;
use super::{EMAIL, OTHER, PASSWORD, choose, hint_is_there, open, session, submit};

const DIFFERENT: &str = "problem('currentPassword') === `That isn't your current password.`";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn password_change_shows_what_is_wrong() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        app.register_and_activate(EMAIL, PASSWORD).await;
        let page = open(client, app.address()).await;
        sign_in_to(&page, "Change password").await;
        let before = session(&page).await;
        hint_is_there(&page).await;
        count_requests(&page).await;
        submit(&page).await;
        let both = "problem('currentPassword') === 'Enter your current password.'
            && problem('newPassword') === 'Enter a new password.' && focused === 'currentPassword'";
        page.eventually("both are missing", both).await;
        assert_eq!(page.ask("sent").await, 0);

        page.fill("[name=currentPassword]", PASSWORD).await;
        page.fill("[name=newPassword]", "password").await;
        submit(&page).await;
        let weak = "problem('newPassword')?.startsWith('This password is too easy to guess.')";
        page.eventually("the password is too weak", weak).await;
        page.fill("[name=newPassword]", SECOND).await;
        page.fill("[name=currentPassword]", "another password").await;
        submit(&page).await;
        page.eventually("the password is wrong", DIFFERENT).await;
        assert_eq!(page.ask("focused").await, "currentPassword");
        page.press("x").await;
        page.eventually("the password has changed", "problem('currentPassword') === null")
            .await;
        let guess = "mutation { deleteAccount(input: { currentPassword: \"a guess\" }) { userErrors { code } } }";
        while app.bearer(&before).send(guess, json!({})).await.outcome() != "RATE_LIMITED" {}
        submit(&page).await;
        waits(&page, "Change password", true, "Too many attempts.").await;
        page.press("x").await;
        waits(&page, "Change password", true, "Too many attempts.").await;
        assert_eq!(session(&page).await, before);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn email_change_shows_what_is_wrong() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        app.register_and_activate(EMAIL, PASSWORD).await;
        let page = open(client, app.address()).await;
        sign_in_to(&page, "Change email").await;
        submit(&page).await;
        let both = "problem('newEmail') === 'Enter the new email address.'
            && problem('currentPassword') === 'Enter your current password.'";
        page.eventually("both are missing", both).await;
        page.fill("[name=currentPassword]", PASSWORD).await;
        for (typed, problem) in [
            ("ada", "Enter a valid email address. Is there a typo?"),
            (EMAIL, "This is already your email address."),
        ] {
            page.fill("[name=newEmail]", typed).await;
            submit(&page).await;
            page.eventually(problem, &format!("problem('newEmail') === '{problem}'"))
                .await;
        }
        page.fill("[name=newEmail]", OTHER).await;
        page.fill("[name=currentPassword]", "another password").await;
        submit(&page).await;
        page.eventually("the password is wrong", DIFFERENT).await;
        page.fill("[name=currentPassword]", PASSWORD).await;
        submit(&page).await;
        page.eventually("the boxes are there", "boxes.length === 8").await;

        let code = app.next_code(OTHER).await;
        for left in [
            "You have 2 tries left.",
            "You have one try left.",
            "No tries left. Request a new code.",
        ] {
            page.press(&wrong_code(&code)).await;
            let text = format!("That code isn't right. {left}");
            page.eventually(&text, &format!("problem('code') === {} && digits === ''", json!(text)))
                .await;
        }
        assert_eq!(page.ask("text('.primary')").await, "Request a new code");
        choose(&page, "Request a new code").await;
        page.eventually("the form is there", "heading === 'Change email'").await;
        assert_eq!(page.ask("one('[name=newEmail]').value").await, OTHER);
        page.fill("[name=currentPassword]", PASSWORD).await;
        submit(&page).await;
        waits(&page, "Email me a code", true, "We just sent an email").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn complete_code_waits_for_a_limit() {
    // Registering, activating, signing in and asking for the code use it up.
    let app = TestApp::with(&Database::sqlite(), |app| app.client_limit_per_minute = 4).await;
    in_browser(Look::Desktop, async move |client| {
        app.register_and_activate(EMAIL, PASSWORD).await;
        let page = open(client, app.address()).await;
        begin_email_change(&page).await;
        let code = app.next_code(OTHER).await;
        count_requests(&page).await;
        page.press(&code).await;
        waits(&page, "Change email", true, "Too many attempts.").await;
        page.press(&browser::Key::Backspace.to_string()).await;
        page.eventually("a digit is missing", "digits.length === 7").await;
        page.press(&code[7..]).await;
        page.eventually("it is complete", "digits.length === 8").await;
        waits(&page, "Change email", true, "Too many attempts.").await;
        assert_eq!(page.ask("sent").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn devices_end_all_others_and_notice_an_ended_one() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let others = [
            app.register_and_activate(EMAIL, PASSWORD).await,
            app.sign_in(EMAIL, PASSWORD).await.session_token(),
        ];
        let page = open(client, app.address()).await;
        sign_in_to(&page, "Devices").await;
        let count = |number: usize| format!("document.querySelectorAll('.devices li').length === {number}");
        page.eventually("three devices are there", &count(3)).await;

        // Another device signs out in the meantime.
        app.bearer(&others[0]).sign_out().await.succeeds();
        app.bearer(&others[1]).sign_out().await.succeeds();
        choose(&page, "Sign out").await;
        shows(&page, "Devices", "This device is already signed out.").await;
        page.eventually("one device is left", &count(1)).await;

        let other = app.sign_in(EMAIL, PASSWORD).await.session_token();
        page.client.refresh().await.expect("the page reloads");
        page.eventually("two devices are there", &count(2)).await;
        choose(&page, "Sign out all other devices").await;
        shows(&page, "Devices", "All other devices have been signed out.").await;
        page.eventually("one device is left", &count(1)).await;
        app.bearer(&other).me().await.is_unauthenticated();

        // This one is signed out elsewhere.
        app.bearer(&session(&page).await).sign_out().await.succeeds();
        page.client.refresh().await.expect("the page reloads");
        shows(&page, "Welcome back", "Your session has ended. Sign in again.").await;
        assert_eq!(page.ask("kept").await, "{}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn account_is_deleted_only_with_password_and_confirmation() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        app.register_and_activate(EMAIL, PASSWORD).await;
        let page = open(client, app.address()).await;
        sign_in_to(&page, "Delete account").await;
        page.fill("[name=currentPassword]", "another password").await;
        submit(&page).await;
        page.eventually(
            "the box is not ticked",
            "problem('confirmation') === 'Tick the box to confirm.' && focused === 'confirmation'",
        )
        .await;
        page.press(" ").await;
        page.eventually("it is ticked", "problem('confirmation') === null")
            .await;
        submit(&page).await;
        page.eventually("the password is wrong", DIFFERENT).await;
        choose(&page, "Back to your account").await;
        page.eventually("the account is there", "heading === `You're signed in`")
            .await;
        // What was typed is gone.
        visit_screen(&page, "Delete account").await;
        let typed = "[one('[name=currentPassword]').value, one('[name=confirmation]').checked]";
        assert_eq!(page.ask(typed).await, json!(["", false]));

        // The session ends elsewhere.
        app.bearer(&session(&page).await).sign_out().await.succeeds();
        page.fill("[name=currentPassword]", PASSWORD).await;
        page.ask("one('[name=confirmation]').click()").await;
        submit(&page).await;
        shows(&page, "Welcome back", "Your session has ended. Sign in again.").await;
        app.sign_in(EMAIL, PASSWORD).await.succeeds();
    })
    .await;
}
