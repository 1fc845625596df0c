//! axe-core looks at every screen, and the screenshots of the documentation are taken on the way: with
//! `SCREENSHOTS=docs ./tests/run -- -p tests --test it example::browser`.

use browser::{Look, Page, in_browser};
use tests::{Database, TestApp, wrong_code};

use super::{EMAIL, PASSWORD, choose, is_in, open, submit};

pub(super) async fn looks_well(page: &Page, screen: &str) {
    page.is_accessible("document", screen).await;
    // Not innerWidth: a phone zooms out until all is in.
    let fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth";
    assert_eq!(page.ask(fits).await, true, "{screen}: nothing stands out of the window");
}

/// A picture of a code that was mailed 12 seconds ago.
async fn picture_of_the_code(page: &Page) {
    page.ask("Date.now = () => JSON.parse(sessionStorage['sign-up']).pending.code.sentAt + 12_000")
        .await;
    page.eventually("it is 12 seconds old", "text('.code-clock b') === '0:48'")
        .await;
    page.screenshot("example-code.png").await;
    page.click("[name=code]").await;
}

async fn every_screen(look: Look) {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(look, async move |client| {
        let page = open(client, app.address()).await;
        looks_well(&page, "register").await;
        page.fill("[name=email]", "ada@").await;
        page.fill("[name=password]", "password").await;
        submit(&page).await;
        page.eventually("it says what is wrong", "problem('email') !== null")
            .await;
        looks_well(&page, "register, with problems").await;
        page.client.refresh().await.expect("it loads again");
        page.fill("[name=email]", EMAIL).await;
        page.fill("[name=password]", PASSWORD).await;
        page.eventually("the hint is there", "text('.hint p') === 'A good password.'")
            .await;
        looks_well(&page, "register, with a hint").await;
        if look == Look::Desktop {
            page.screenshot("example-register.png").await;
        }
        submit(&page).await;

        page.eventually("the boxes are there", "focused === 'code'").await;
        let code = app.next_code(EMAIL).await;
        looks_well(&page, "code").await;
        page.press("44").await;
        page.eventually("two are typed", "digits === '44'").await;
        if look == Look::Desktop {
            picture_of_the_code(&page).await;
        }
        page.press(&wrong_code(&code)[2..]).await;
        page.eventually("it is wrong", "problem('code') !== null").await;
        looks_well(&page, "code, with a problem").await;

        page.client.refresh().await.expect("it loads again");
        page.eventually("it asks", "heading === 'Your password once more'")
            .await;
        looks_well(&page, "password").await;
        page.fill("[name=password]", PASSWORD).await;
        submit(&page).await;
        page.eventually("the boxes are there", "focused === 'code'").await;
        page.press(&code).await;
        is_in(&page).await;
        looks_well(&page, "account").await;

        choose(&page, "Sign out").await;
        page.eventually("it says so", "said === 'You are signed out.'").await;
        looks_well(&page, "sign in").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_screen_in_the_light() {
    every_screen(Look::Desktop).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_screen_in_the_dark() {
    every_screen(Look::DarkDesktop).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_screen_on_a_phone() {
    every_screen(Look::Phone).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_screen_on_a_phone_in_the_dark() {
    every_screen(Look::DarkPhone).await;
}
