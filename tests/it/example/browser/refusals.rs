use browser::{Look, in_browser};
use tests::{Database, TestApp};

use super::{EMAIL, PASSWORD, choose, open, sign_in, submit};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_a_field_is_said_at_it_and_the_first_has_the_focus() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        page.fill("[name=email]", "ada").await;
        page.fill("[name=password]", "1234567").await;
        page.eventually("the hint knows", "text('.hint p') === 'At least 8 characters.'")
            .await;
        submit(&page).await;
        page.eventually(
            "it says so",
            "problem('email')?.startsWith('This is not an email address.')",
        )
        .await;
        assert_eq!(
            page.ask("problem('password')").await,
            "The password needs at least 8 characters."
        );
        assert_eq!(page.ask("focused").await, "email");

        page.press("@example.com").await;
        page.ask("one('[name=password]').focus()").await;
        page.press("8").await;
        submit(&page).await;
        page.eventually(
            "it is too weak",
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
async fn after_too_many_wrong_passwords_the_form_counts_how_long_to_wait() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        sign_in(&page, PASSWORD).await;
        page.eventually(
            "nobody is known",
            "said === 'Email and password do not belong together.'",
        )
        .await;
        while app.sign_in(EMAIL, PASSWORD).await.outcome() != "RATE_LIMITED" {}
        submit(&page).await;
        page.eventually("it says so", "said === 'That was too often. Please wait a little.'")
            .await;
        page.eventually("and counts", "/^Again in (30:00|2.:..)$/.test(text('[role=timer]'))")
            .await;
        assert_eq!(page.ask("button('Sign in').ariaDisabled").await, "true");
        choose(&page, "Create an account").await;
        page.eventually("but not for ever", "heading === 'Create your account'")
            .await;
    })
    .await;
}
