//! The link in the email, `ACTIVATION_URL#code=4466`.

use browser::{Look, Page, in_browser};
use tests::{Database, TestApp, wrong_code};

use super::accessible::looks_well;
use super::site::Site;
use super::{EMAIL, PASSWORD, WORDS, choose, is_signed_in, register, submit, visit};

/// Waits until the code is in the boxes and no longer in the address bar.
async fn is_filled(page: &Page, code: &str, path: &str) {
    page.eventually(
        "the boxes are filled",
        &format!("digits === '{code}' && location.hash === ''"),
    )
    .await;
    assert_eq!(page.ask("location.pathname + location.search").await, path);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn link_fills_the_boxes_and_sends_nothing() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let site = Site::start(app.address()).await;
        let page = visit(client, &site).await;
        register(&page).await;
        let code = app.next_code(EMAIL).await;

        let wrong = wrong_code(&code);
        let link = site.at(&format!("/activate?lang=en#code={wrong}"));
        page.client.goto(&link).await.expect("the page loads");
        is_filled(&page, &wrong, "/activate?lang=en").await;
        submit(&page).await;
        // Opening the link used no try.
        page.eventually(
            "one try is used",
            "problem('code') === `That code isn't right. You have 2 tries left.`",
        )
        .await;

        // In a tab that has the page already, the link changes the fragment only.
        let link = site.at(&format!("/activate?lang=en#code={code}"));
        page.client.goto(&link).await.expect("the page reloads");
        is_filled(&page, &code, "/activate?lang=en").await;
        submit(&page).await;
        is_signed_in(&page).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn link_in_another_browser_asks_for_email_and_password() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Phone, async move |client| {
        let code = app.register_and_read_code(EMAIL, PASSWORD).await;
        let site = Site::start(app.address()).await;
        let link = site.at(&format!("/activate#code={code}"));
        let page = Page::with_words(client, &link, WORDS).await;
        is_filled(&page, &code, "/activate").await;
        assert_eq!(page.ask("heading").await, "Activate your account");
        assert_eq!(page.ask("focused").await, "email");
        looks_well(&page, "code with password").await;

        page.fill("[name=email]", EMAIL).await;
        page.fill("[name=password]", "another password").await;
        submit(&page).await;
        page.eventually(
            "the password is wrong",
            "said === 'Incorrect email or password, or this registration has expired or was replaced.'",
        )
        .await;
        assert_eq!(page.ask("digits").await, code);
        page.fill("[name=password]", PASSWORD).await;
        submit(&page).await;
        is_signed_in(&page).await;
        let kept = page.ask("kept").await.to_string();
        assert!(!kept.contains("trombone") && !kept.contains(&code), "{kept}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn token_in_a_link_is_ignored() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        app.register_and_activate(EMAIL, PASSWORD).await;
        // The reader would activate the registration of a stranger.
        let stranger = "stranger@example.com";
        let token = app.register(stranger, PASSWORD).await.verification_token();
        let code = app.next_code(stranger).await;

        let site = Site::start(app.address()).await;
        let query = format!("verificationToken={token}&token={token}");
        let link = site.at(&format!("/activate?{query}#code={code}&{query}"));
        let page = Page::with_words(client, &link, WORDS).await;
        is_filled(&page, &code, &format!("/activate?{query}")).await;
        assert_eq!(page.ask("heading").await, "Activate your account");
        assert_eq!(page.ask("kept").await, "{}");

        page.fill("[name=email]", EMAIL).await;
        page.fill("[name=password]", PASSWORD).await;
        submit(&page).await;
        page.eventually(
            "the reader's own account is meant",
            "said === 'Your account is already active. Sign in.'",
        )
        .await;
        app.basic(stranger, PASSWORD).me().await.is_pending();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invalid_code_in_a_link_is_dropped() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let site = Site::start(app.address()).await;
        let link = site.at("/#code=%3Cb%3E4466%3C%2Fb%3E");
        let page = Page::with_words(client, &link, WORDS).await;
        page.eventually("the form is there", "heading === 'Create your account'")
            .await;
        assert_eq!(page.ask("location.hash").await, "");
        choose(&page, "Sign in").await;
    })
    .await;
}
