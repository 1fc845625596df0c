//! The browser's Back and Forward buttons.

use browser::{Look, Page, in_browser};
use tests::{Database, TestApp};

use super::code::cool_down;
use super::{EMAIL, OTHER, PASSWORD, choose, is_signed_in, open, register, submit};

async fn shows(page: &Page, heading: &str) {
    page.eventually(heading, &format!("heading === `{heading}`")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn back_and_forward_lead_through_the_screens() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Phone, async move |client| {
        let page = open(client, app.address()).await;
        page.fill("[name=email]", EMAIL).await;
        choose(&page, "Sign in").await;
        shows(&page, "Welcome back").await;
        page.ask("history.back()").await;
        shows(&page, "Create your account").await;
        assert_eq!(page.ask("one('[name=email]').value").await, EMAIL);
        assert_eq!(page.ask("focused").await, "h1");
        page.ask("history.forward()").await;
        shows(&page, "Welcome back").await;
        page.ask("history.back()").await;
        shows(&page, "Create your account").await;

        register(&page).await;
        let code = app.next_code(EMAIL).await;
        page.ask("history.back()").await;
        shows(&page, "Create your account").await;
        page.client.refresh().await.expect("the page reloads");
        shows(&page, "Check your email").await;
        page.press(&code).await;
        is_signed_in(&page).await;

        // Back keeps the account, and does not repeat what led to it.
        page.ask("history.back()").await;
        page.eventually("the entry of the code is open", "history.state.at === 'code'")
            .await;
        is_signed_in(&page).await;
        choose(&page, "Sign out").await;
        shows(&page, "Welcome back").await;
        page.ask("history.back()").await;
        shows(&page, "Create your account").await;
        assert_eq!(page.ask("kept").await, "{}");
        let state = page.ask("JSON.stringify(history.state)").await.to_string();
        assert!(!state.contains("oken") && !state.contains("trombone"), "{state}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn back_shows_nothing_of_the_last_user_of_the_tab() {
    let app = TestApp::start(&Database::sqlite()).await;
    app.register_and_activate(OTHER, PASSWORD).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        let names = async |email: &str| {
            let named = format!("text('.lead').startsWith('This permanently deletes {email} and')");
            page.eventually(email, &named).await;
        };
        register(&page).await;
        page.press(&app.next_code(EMAIL).await).await;
        is_signed_in(&page).await;
        choose(&page, "Delete account").await;
        names(EMAIL).await;
        page.client.refresh().await.expect("the page reloads");
        names(EMAIL).await;
        choose(&page, "Back to your account").await;
        is_signed_in(&page).await;
        choose(&page, "Sign out").await;
        shows(&page, "Welcome back").await;

        page.fill("[name=email]", OTHER).await;
        page.fill("[name=password]", PASSWORD).await;
        submit(&page).await;
        shows(&page, "You're signed in").await;
        // The sign-in and the account of the last user lie between.
        page.ask("history.go(-3)").await;
        shows(&page, "Delete account").await;
        names(OTHER).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn back_returns_to_the_newest_code() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        register(&page).await;
        app.next_code(EMAIL).await;
        cool_down(&app, &page).await;
        choose(&page, "Send a new code").await;
        let code = app.next_code(EMAIL).await;
        page.eventually("the code is sent", "said.startsWith('We sent a new code.')")
            .await;
        choose(&page, "Sign in instead").await;
        shows(&page, "Welcome back").await;
        page.ask("history.back()").await;
        shows(&page, "Check your email").await;
        page.eventually("the code is next", "focused === 'code'").await;
        page.press(&code).await;
        is_signed_in(&page).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn back_does_not_revive_a_dropped_registration() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        register(&page).await;
        choose(&page, "Use a different email").await;
        shows(&page, "Create your account").await;
        page.ask("history.back()").await;
        page.eventually("the form is there", "history.state.at === 'register'")
            .await;
        shows(&page, "Create your account").await;
        assert_eq!(page.ask("kept").await, "{}");
        page.fill("[name=email]", OTHER).await;
        page.fill("[name=password]", PASSWORD).await;
        submit(&page).await;
        shows(&page, "Check your email").await;
    })
    .await;
}
