//! Several tabs of one browser, which share a registration.

use browser::{Look, Page, in_browser};
use serde_json::json;
use tests::{Database, TestApp};

use super::code::cool_down;
use super::site::Site;
use super::{EMAIL, choose, is_signed_in, register, visit};

/// Opens the page in another tab, at the code.
async fn open_tab(page: &Page, site: &Site) {
    let second = page.client.new_window(true).await.expect("another tab");
    page.client.switch_to_window(second.handle).await.expect("it opens");
    page.client.goto(&site.url()).await.expect("the page loads");
    page.eventually("the boxes are there", "boxes.length === 4").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn second_tab_continues_and_first_notices_activation() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let site = Site::start(app.address()).await;
        let page = visit(client, &site).await;
        register(&page).await;
        let first = page.client.window().await.expect("a tab");
        open_tab(&page, &site).await;
        assert_eq!(page.ask("text('.lead')").await, format!("We sent an email to {EMAIL}."));
        page.press(&app.next_code(EMAIL).await).await;
        is_signed_in(&page).await;

        page.client.switch_to_window(first).await.expect("the first tab");
        page.eventually(
            "the first tab leads to the sign-in",
            "heading === 'Welcome back'
                && said === 'You activated your account in another tab. Sign in to use it here.'",
        )
        .await;
        assert_eq!(page.ask("one('[name=email]').value").await, json!(EMAIL));
        assert_eq!(page.ask("kept").await, "{}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn new_code_from_second_tab_restarts_countdown_in_first() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let site = Site::start(app.address()).await;
        let page = visit(client, &site).await;
        register(&page).await;
        app.next_code(EMAIL).await;
        let first = page.client.window().await.expect("a tab");
        open_tab(&page, &site).await;
        cool_down(&app, &page).await;
        choose(&page, "Send a new code").await;
        let code = app.next_code(EMAIL).await;
        page.eventually("the code is sent", "said.startsWith('We sent a new code.')")
            .await;

        page.client.switch_to_window(first).await.expect("the first tab");
        // The clock of the second tab is ahead, so that more than a minute is left here.
        page.eventually("the countdown restarts", "text('.code-clock b').startsWith('1:')")
            .await;
        page.click("[name=code]").await;
        page.press(&code).await;
        is_signed_in(&page).await;
    })
    .await;
}
