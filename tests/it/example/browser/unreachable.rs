use api::http::Origins;
use browser::{Look, in_browser};
use tests::{Database, Proxy, TestApp};

use super::{EMAIL, PASSWORD, choose, is_signed_in, open, sign_in, submit};

const OFFLINE: &str = "said === `We can't reach the server. Check your connection, then try again.`";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn page_recovers_from_a_network_failure() {
    let app = TestApp::start(&Database::sqlite()).await;
    let mut network = Proxy::start(app.address());
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, network.address()).await;
        network.refuse().await;
        page.fill("[name=email]", EMAIL).await;
        page.fill("[name=password]", PASSWORD).await;
        submit(&page).await;
        page.eventually("the failure is shown", OFFLINE).await;
        assert_eq!(page.ask("text('[type=submit]')").await, "Try again");
        // A screen reader announces new elements only, so the same sentence must be a new element.
        page.ask("one('.notice').old = true").await;
        submit(&page).await;
        page.eventually(
            "the failure is announced again",
            &format!("{OFFLINE} && !one('.notice').old"),
        )
        .await;
        network.heal();
        submit(&page).await;
        page.eventually("the boxes are there", "focused === 'code'").await;

        let code = app.next_code(EMAIL).await;
        network.refuse().await;
        page.press(&code).await;
        page.eventually("the failure is shown", OFFLINE).await;
        // The typed code is still there.
        network.heal();
        submit(&page).await;
        is_signed_in(&page).await;

        network.refuse().await;
        page.client.refresh().await.expect("the page reloads");
        page.eventually("the failure is shown", OFFLINE).await;
        assert_eq!(page.ask("heading").await, "Something went wrong");
        network.heal();
        page.ask("button('Try again').click()").await;
        is_signed_in(&page).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_out_works_without_a_network() {
    let app = TestApp::start(&Database::sqlite()).await;
    let mut network = Proxy::start(app.address());
    in_browser(Look::Desktop, async move |client| {
        app.register_and_activate(EMAIL, PASSWORD).await;
        let page = open(client, network.address()).await;
        sign_in(&page, PASSWORD).await;
        is_signed_in(&page).await;

        // The server does not answer.
        network.stall();
        choose(&page, "Sign out").await;
        page.eventually("the failure is shown", "said === `You're signed out.`")
            .await;
        assert_eq!(page.ask("kept").await, "{}");

        network.refuse().await;
        page.eventually(
            "the page says that the session stays",
            "said.startsWith(`You're signed out here. We couldn't reach the server`)",
        )
        .await;
        assert_eq!(page.ask("heading").await, "Welcome back");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn overloaded_server_shows_a_countdown() {
    // The server can hash, but its queue has no room.
    let app = TestApp::with(&Database::sqlite(), |builder| builder.hashing.queue = 0).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        page.fill("[name=email]", EMAIL).await;
        page.fill("[name=password]", PASSWORD).await;
        // The wait is two seconds by the clock of the page.
        page.ask("((now) => { window.clock = Date.now; Date.now = () => now; })(Date.now())")
            .await;
        submit(&page).await;
        page.eventually("the failure is shown", "said.startsWith(`We're very busy right now.`)")
            .await;
        assert_eq!(page.ask("button('Try again').ariaDisabled").await, "true");
        page.ask("Date.now = window.clock, null").await;
        page.eventually("the countdown ends", "button('Try again').ariaDisabled === 'false'")
            .await;
    })
    .await;
}

/// So the other tests prove that CORS works.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unlisted_origin_gets_no_answer() {
    let others = |builder: &mut tests::TestAppBuilder| builder.origins = Origins::Listed(Vec::new());
    let app = TestApp::with(&Database::sqlite(), others).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        page.fill("[name=email]", EMAIL).await;
        page.fill("[name=password]", PASSWORD).await;
        submit(&page).await;
        page.eventually("the failure is shown", OFFLINE).await;
        assert!(app.mailbox().messages().is_empty());
    })
    .await;
}
