//! Every screen is accessible in each theme and size. `SCREENSHOTS=docs ./tests/run -- -p tests --test it
//! example::browser` renews the pictures in the documentation.

use browser::{Look, Page, in_browser};
use tests::{Database, TestApp, wrong_code};

use super::site::Site;
use super::{EMAIL, PASSWORD, WORDS, choose, is_signed_in, submit};

pub(super) async fn looks_well(page: &Page, screen: &str) {
    page.is_accessible("document", screen).await;
    // Not innerWidth: a phone zooms out until everything fits.
    let fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth";
    assert_eq!(page.ask(fits).await, true, "{screen}: everything fits into the window");
}

/// A picture of a code that was sent 12 seconds ago.
async fn picture_of_the_code(page: &Page) {
    page.ask("Date.now = ((now) => () => now)(registration.codeSentAt + 12_000)")
        .await;
    page.eventually("the code is 12 seconds old", "text('.code-clock b') === '0:48'")
        .await;
    page.screenshot("example-code.png").await;
    page.click("[name=code]").await;
}

async fn every_screen(look: Look) {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(look, async move |client| {
        let site = Site::start(app.address()).await;
        let page = Page::with_words(client, &site.at("/#code=4466"), WORDS).await;
        page.eventually("the boxes are filled", "digits === '4466'").await;
        looks_well(&page, "code with password").await;
        choose(&page, "Register again").await;
        page.eventually("the form is there", "heading === 'Create your account'")
            .await;
        looks_well(&page, "register").await;
        page.fill("[name=email]", "ada@").await;
        page.fill("[name=password]", "password").await;
        submit(&page).await;
        page.eventually("the problems are shown", "problem('email') !== null")
            .await;
        looks_well(&page, "register, with problems").await;
        page.client.refresh().await.expect("the page reloads");
        page.fill("[name=email]", EMAIL).await;
        page.fill("[name=password]", PASSWORD).await;
        page.eventually("the hint is there", "text('.hint p') === 'Strong password.'")
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
        page.eventually("two digits are typed", "digits === '44'").await;
        if look == Look::Desktop {
            picture_of_the_code(&page).await;
        }
        page.press(&wrong_code(&code)[2..]).await;
        page.eventually("the code is wrong", "problem('code') !== null").await;
        looks_well(&page, "code, with a problem").await;

        page.press(&code).await;
        is_signed_in(&page).await;
        looks_well(&page, "account").await;

        choose(&page, "Sign out").await;
        page.eventually("the page says so", "said === `You're signed out.`")
            .await;
        looks_well(&page, "sign in").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_screen_is_accessible_in_light_theme() {
    every_screen(Look::Desktop).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_screen_is_accessible_in_dark_theme() {
    every_screen(Look::DarkDesktop).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_screen_is_accessible_on_a_phone() {
    every_screen(Look::Phone).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_screen_is_accessible_on_a_phone_in_dark_theme() {
    every_screen(Look::DarkPhone).await;
}
