use browser::{Look, in_browser};
use tests::{Database, TestApp};

use super::{EMAIL, PASSWORD, choose, open, sign_in, submit};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn field_errors_are_shown_at_the_field_and_the_first_takes_focus() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        page.fill("[name=email]", "ada").await;
        page.fill("[name=password]", "1234567").await;
        page.eventually("the hint knows", "text('.hint p') === 'At least 8 characters.'")
            .await;
        submit(&page).await;
        page.eventually(
            "the email is invalid",
            "problem('email') === 'Enter a valid email address. Is there a typo?'",
        )
        .await;
        assert_eq!(
            page.ask("problem('password')").await,
            "The password must have at least 8 characters."
        );
        assert_eq!(page.ask("focused").await, "email");

        page.press("@example.com").await;
        page.ask("one('[name=password]').focus()").await;
        page.press("8").await;
        submit(&page).await;
        page.eventually(
            "the password is too weak",
            "problem('password')?.startsWith('This password is too easy to guess. ')",
        )
        .await;
        assert_eq!(page.ask("problem('email')").await, serde_json::Value::Null);
        assert_eq!(page.ask("focused").await, "password");

        assert_eq!(page.ask("one('[name=password]').type").await, "password");
        page.click(".show").await;
        assert_eq!(page.ask("one('[name=password]').type").await, "text");
        assert_eq!(page.ask("one('.show').ariaPressed").await, "true");
    })
    .await;
}

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
