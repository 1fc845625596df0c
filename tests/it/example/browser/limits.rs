//! The wait of a limit belongs to its email.

use browser::{Look, Page, in_browser};
use tests::{Database, TestApp};

use super::problems::waits;
use super::site::Site;
use super::{EMAIL, OTHER, PASSWORD, WORDS, choose, open, sign_in, submit, visit};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rate_limited_sign_in_shows_a_countdown() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        sign_in(&page, PASSWORD).await;
        page.eventually("the sign-in fails", "said === 'Incorrect email or password.'")
            .await;
        while app.sign_in(EMAIL, PASSWORD).await.outcome() != "RATE_LIMITED" {}
        submit(&page).await;
        page.eventually(
            "the limit is shown",
            "said === 'Too many attempts. Try again in 30 minutes.'",
        )
        .await;
        page.eventually(
            "the countdown is shown",
            "/^Try again in (30:00|2.:..)$/.test(text('[role=timer]'))",
        )
        .await;
        assert_eq!(page.ask("button('Sign in').ariaDisabled").await, "true");
        choose(&page, "Create an account").await;
        page.eventually("another screen opens", "heading === 'Create your account'")
            .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limit_on_register_locks_only_its_email() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        app.register(EMAIL, PASSWORD).await.succeeds();
        let site = Site::start(app.address()).await;
        let page = visit(client, &site).await;
        for reload in [false, true] {
            if reload {
                page.client.refresh().await.expect("the page reloads");
            }
            page.fill("[name=email]", EMAIL).await;
            page.fill("[name=password]", PASSWORD).await;
            submit(&page).await;
            waits(&page, "Create account", true, "We just sent an email").await;
            page.fill("[name=email]", OTHER).await;
            waits(&page, "Create account", false, "").await;
            page.fill("[name=email]", EMAIL).await;
            waits(&page, "Create account", true, "We just sent an email").await;
        }
        page.fill("[name=email]", OTHER).await;
        waits(&page, "Create account", false, "").await;
        submit(&page).await;
        page.eventually("the boxes are there", "boxes.length > 0").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limit_on_sign_in_locks_only_its_email() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        while app.sign_in(EMAIL, PASSWORD).await.outcome() != "RATE_LIMITED" {}
        let page = open(client, app.address()).await;
        sign_in(&page, PASSWORD).await;
        waits(&page, "Sign in", true, "Too many attempts.").await;
        page.fill("[name=password]", "another password").await;
        waits(&page, "Sign in", true, "Too many attempts.").await;
        page.fill("[name=email]", OTHER).await;
        waits(&page, "Sign in", false, "").await;
        submit(&page).await;
        waits(&page, "Sign in", false, "Incorrect email or password.").await;
        // The answer to another email does not end the wait of this one.
        page.fill("[name=email]", EMAIL).await;
        waits(&page, "Sign in", true, "Too many attempts.").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_on_code_form_lock_only_their_email() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        app.register(EMAIL, PASSWORD).await.succeeds();
        let site = Site::start(app.address()).await;
        let page = Page::with_words(client, &site.at("/#code=4466"), WORDS).await;
        page.eventually("the boxes are filled", "digits === '4466'").await;
        page.fill("[name=email]", EMAIL).await;
        page.fill("[name=password]", PASSWORD).await;
        choose(&page, "Send a new code").await;
        waits(&page, "Send a new code", true, "We just sent an email").await;
        page.client.refresh().await.expect("the page reloads");
        for _ in 0..2 {
            page.fill("[name=email]", OTHER).await;
            waits(&page, "Send a new code", false, "").await;
            page.fill("[name=email]", EMAIL).await;
            waits(&page, "Send a new code", true, "").await;
        }

        while app.sign_in(OTHER, PASSWORD).await.outcome() != "RATE_LIMITED" {}
        page.fill("[name=email]", OTHER).await;
        page.fill("[name=password]", PASSWORD).await;
        page.fill("[name=code]", "4466").await;
        submit(&page).await;
        waits(&page, "Activate", true, "Too many attempts.").await;
        page.fill("[name=email]", EMAIL).await;
        waits(&page, "Activate", false, "").await;
        page.fill("[name=email]", OTHER).await;
        waits(&page, "Activate", true, "Too many attempts.").await;
    })
    .await;
}
