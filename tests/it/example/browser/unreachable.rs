use api::http::Origins;
use browser::{Look, in_browser};
use tests::{Database, Proxy, TestApp};

use super::{EMAIL, PASSWORD, choose, is_in, open, sign_in, submit};

const OFFLINE: &str = "said === 'The server cannot be reached. Please check your connection, then try again.'";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_network_the_page_says_so_and_goes_on_when_there_is_one() {
    let app = TestApp::start(&Database::sqlite()).await;
    let mut network = Proxy::start(app.address());
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, network.address()).await;
        network.refuse().await;
        page.fill("[name=email]", EMAIL).await;
        page.fill("[name=password]", PASSWORD).await;
        submit(&page).await;
        page.eventually("it says so", OFFLINE).await;
        assert_eq!(page.ask("text('[type=submit]')").await, "Try again");
        // A screen reader says what is new, so the same sentence has to be.
        page.ask("one('.notice').old = true").await;
        submit(&page).await;
        page.eventually("it says so once more", &format!("{OFFLINE} && !one('.notice').old"))
            .await;
        network.heal();
        submit(&page).await;
        page.eventually("it goes on", "focused === 'code'").await;

        let code = app.next_code(EMAIL).await;
        network.refuse().await;
        page.press(&code).await;
        page.eventually("it says so", OFFLINE).await;
        // What was typed is still there.
        network.heal();
        submit(&page).await;
        is_in(&page).await;

        network.refuse().await;
        page.client.refresh().await.expect("it loads again");
        page.eventually("it says so", OFFLINE).await;
        assert_eq!(page.ask("heading").await, "That did not work");
        network.heal();
        page.ask("button('Try again').click()").await;
        is_in(&page).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_network_one_can_still_sign_out() {
    let app = TestApp::start(&Database::sqlite()).await;
    let mut network = Proxy::start(app.address());
    in_browser(Look::Desktop, async move |client| {
        app.register_and_activate(EMAIL, PASSWORD).await;
        let page = open(client, network.address()).await;
        sign_in(&page, PASSWORD).await;
        is_in(&page).await;

        // Nobody answers.
        network.stall();
        choose(&page, "Sign out").await;
        page.eventually("it says so", "said === 'You are signed out.'").await;
        assert_eq!(page.ask("kept").await, "{}");

        network.refuse().await;
        page.eventually(
            "it says what is left to know",
            "said.startsWith('You are signed out here. The server could not be told')",
        )
        .await;
        assert_eq!(page.ask("heading").await, "Welcome back");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_server_is_busy_the_page_says_when_to_try_again() {
    // It may hash, but nobody may wait for it.
    let app = TestApp::with(&Database::sqlite(), |builder| builder.hashing.queue = 0).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        page.fill("[name=email]", EMAIL).await;
        page.fill("[name=password]", PASSWORD).await;
        submit(&page).await;
        page.eventually("it says so", "said.startsWith('Very many people are here right now.')")
            .await;
        assert_eq!(page.ask("button('Try again').ariaDisabled").await, "true");
        page.eventually("it counts down", "button('Try again').ariaDisabled === 'false'")
            .await;
    })
    .await;
}

/// That all the other tests go through CORS.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_api_that_does_not_know_the_page_answers_it_nothing() {
    let others = |builder: &mut tests::TestAppBuilder| builder.origins = Origins::Listed(Vec::new());
    let app = TestApp::with(&Database::sqlite(), others).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        page.fill("[name=email]", EMAIL).await;
        page.fill("[name=password]", PASSWORD).await;
        submit(&page).await;
        page.eventually("it says so", OFFLINE).await;
        assert!(app.mailbox().messages().is_empty());
    })
    .await;
}
