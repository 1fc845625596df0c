use browser::{Look, Page, in_browser};
use serde_json::{Value, json};
use tests::{Database, TestApp, wrong_code};

use super::site::Site;
use super::{EMAIL, PASSWORD, WORDS, choose, is_signed_in, open, register, sign_in, submit, visit};

const OTHER: &str = "grace@example.com";

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

        // A problem goes when its field changes. The other one stays, and the focus too.
        page.press("@example.com").await;
        page.eventually("the email has changed", "problem('email') === null")
            .await;
        assert_ne!(page.ask("problem('password')").await, Value::Null);
        assert_eq!(page.ask("focused").await, "email");
        page.ask("one('[name=password]').focus()").await;
        page.press("8").await;
        page.eventually("the password has changed", "problem('password') === null")
            .await;
        submit(&page).await;
        page.eventually(
            "the password is too weak",
            "problem('password')?.startsWith('This password is too easy to guess. ')",
        )
        .await;
        assert_eq!(page.ask("problem('email')").await, Value::Null);
        assert_eq!(page.ask("focused").await, "password");
        page.press("Ätna über прибой").await;
        page.eventually(
            "only the hint is left",
            "problem('password') === null && text('.hint p') === 'Strong password.'",
        )
        .await;

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

/// Waits until a button waits, or does not, and the page says this.
async fn waits(page: &Page, name: &str, waits: bool, said: &str) {
    let expected = format!("button('{name}').ariaDisabled === '{waits}' && said.startsWith('{said}')");
    let expected = if said.is_empty() {
        format!("{expected} && said === ''")
    } else {
        expected
    };
    page.eventually(&format!("{name}: {waits}"), &expected).await;
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_credentials_go_when_either_field_changes() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        sign_in(&page, PASSWORD).await;
        for field in ["email", "password"] {
            waits(&page, "Sign in", false, "Incorrect email or password.").await;
            page.ask(&format!("one('[name={field}]').focus()")).await;
            page.press("x").await;
            waits(&page, "Sign in", false, "").await;
            submit(&page).await;
        }
        waits(&page, "Sign in", false, "Incorrect email or password.").await;
        page.fill("[name=email]", "ada").await;
        submit(&page).await;
        page.eventually("the email is invalid", "problem('email') !== null")
            .await;
        page.press("@example.com").await;
        page.eventually("the email has changed", "problem('email') === null")
            .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn problems_of_a_code_go_when_their_field_changes() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let site = Site::start(app.address()).await;
        let page = visit(client, &site).await;
        register(&page).await;
        let code = app.next_code(EMAIL).await;
        for left in ["2 tries left", "one try left", "No tries left"] {
            page.press(&wrong_code(&code)).await;
            page.eventually(left, &format!("problem('code')?.includes('{left}')"))
                .await;
            page.press("0").await;
            page.eventually("the code has changed", "problem('code') === null")
                .await;
            page.press(&browser::Key::Backspace.to_string()).await;
        }
        // A code without tries stays dead, whatever is typed.
        page.press("00").await;
        page.eventually("the code has changed", "problem('code') === null && digits === '00'")
            .await;
        assert_eq!(page.ask("text('.primary').startsWith('Send a new code')").await, true);
        assert_eq!(page.ask("one('.code-clock')").await, Value::Null);

        // In another browser.
        page.ask("localStorage.clear()").await;
        page.client
            .goto(&site.at("/activate#code=4466"))
            .await
            .expect("the page loads");
        page.fill("[name=email]", OTHER).await;
        for field in ["email", "password"] {
            page.fill("[name=password]", PASSWORD).await;
            submit(&page).await;
            waits(&page, "Activate", false, "Incorrect email or password, or").await;
            page.ask(&format!("one('[name={field}]').focus()")).await;
            page.press("x").await;
            waits(&page, "Activate", false, "").await;
        }
    })
    .await;
}

/// Counts the requests of the page from now on.
async fn count_requests(page: &Page) {
    let count = "window.sent = 0, window.fetch = ((fetch) => (url, request) => {
        window.sent += 1;
        return fetch(url, request);
    })(window.fetch)";
    page.ask(&format!("[{count}].length")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn empty_fields_are_asked_for_and_not_sent() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let site = Site::start(app.address()).await;
        let page = visit(client, &site).await;
        let (email, password) = ("Enter your email address.", "Enter your password.");
        for screen in ["Create your account", "Welcome back", "Activate your account"] {
            if screen == "Welcome back" {
                page.client.refresh().await.expect("the page reloads");
                page.eventually("the form is there", "one('form') !== null").await;
                choose(&page, "Sign in").await;
            }
            if screen == "Activate your account" {
                page.client.goto(&site.at("/#code=4466")).await.expect("the page loads");
            }
            page.eventually(screen, &format!("heading === '{screen}'")).await;
            count_requests(&page).await;
            submit(&page).await;
            let both = format!("problem('email') === '{email}' && problem('password') === '{password}'");
            page.eventually("both are missing", &both).await;
            assert_eq!(page.ask("focused").await, "email");
            page.press(EMAIL).await;
            submit(&page).await;
            let one = format!("problem('email') === null && problem('password') === '{password}'");
            page.eventually("the password is missing", &one).await;
            assert_eq!(page.ask("focused").await, "password");
            assert_eq!(page.ask("[sent, said]").await, json!([0, ""]), "{screen}");
        }
        // The button beside the form needs them too.
        page.press("x").await;
        page.eventually("the password has changed", "problem('password') === null")
            .await;
        page.press(&browser::Key::Backspace.to_string()).await;
        choose(&page, "Send a new code").await;
        page.eventually(
            "the password is missing",
            &format!("problem('password') === '{password}'"),
        )
        .await;
        assert_eq!(page.ask("sent").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn incomplete_code_is_kept_and_not_sent() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        register(&page).await;
        let code = app.next_code(EMAIL).await;
        count_requests(&page).await;
        for typed in ["", &code[..3]] {
            page.press(typed).await;
            submit(&page).await;
            page.eventually("digits are missing", "problem('code') === 'Enter all 4 digits.'")
                .await;
            assert_eq!(page.ask("[digits, focused]").await, json!([typed, "code"]));
        }
        assert_eq!(page.ask("sent").await, 0);
        page.press(&code[3..]).await;
        is_signed_in(&page).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn incomplete_code_of_unknown_length_is_not_sent() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let code = app.register_and_read_code(EMAIL, PASSWORD).await;
        let page = open(client, app.address()).await;
        sign_in(&page, PASSWORD).await;
        page.eventually("the field is there", "focused === 'code' && boxes.length === 0")
            .await;
        page.press(&code[..3]).await;
        submit(&page).await;
        page.eventually(
            "digits are missing",
            "problem('code') === 'Enter the code from the email.'",
        )
        .await;
        page.press(&code[3..]).await;
        submit(&page).await;
        is_signed_in(&page).await;
    })
    .await;
}
