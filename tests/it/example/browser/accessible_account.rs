//! The screens of an account, and those for a forgotten password, are accessible in each theme and size.

use browser::{Look, Page, in_browser};
use tests::{Database, TestApp, wrong_code};

use super::accessible::looks_well;
use super::life::{forget, sign_in_to, visit_screen};
use super::{EMAIL, OTHER, PASSWORD, choose, hint_is_there, open, submit};

async fn forgotten_password(page: &Page, app: &TestApp) {
    choose(page, "Sign in").await;
    page.eventually("the sign-in is there", "heading === 'Welcome back'")
        .await;
    choose(page, "Forgot your password?").await;
    page.eventually("the form is there", "heading === 'Forgot your password?'")
        .await;
    submit(page).await;
    page.eventually("the email is missing", "problem('email') !== null")
        .await;
    looks_well(page, "forgot, with a problem").await;
    choose(page, "Back to sign in").await;
    forget(page, EMAIL).await;
    let code = app.next_code(EMAIL).await;
    page.fill("[name=newPassword]", PASSWORD).await;
    page.eventually("the hint is there", "text('.hint p') === 'Strong password.'")
        .await;
    looks_well(page, "reset, with a hint").await;
    page.fill("[name=code]", &wrong_code(&code)).await;
    submit(page).await;
    page.eventually("the code is wrong", "problem('code') !== null").await;
    looks_well(page, "reset, with a problem").await;
    choose(page, "Sign in instead").await;
    page.eventually("the sign-in is there", "heading === 'Welcome back'")
        .await;
    choose(page, "Create an account").await;
}

async fn screens_of_the_account(page: &Page, app: &TestApp, look: Look) {
    sign_in_to(page, "Change password").await;
    hint_is_there(page).await;
    submit(page).await;
    page.eventually("passwords are missing", "problem('newPassword') !== null")
        .await;
    looks_well(page, "change password, with problems").await;

    choose(page, "Back to your account").await;
    page.eventually("the account is there", "one('nav') !== null").await;
    looks_well(page, "account").await;
    visit_screen(page, "Change email").await;
    submit(page).await;
    page.eventually("the email is missing", "problem('newEmail') !== null")
        .await;
    looks_well(page, "change email, with problems").await;
    page.fill("[name=newEmail]", OTHER).await;
    page.fill("[name=currentPassword]", PASSWORD).await;
    submit(page).await;
    page.eventually("the boxes are there", "boxes.length === 8").await;
    looks_well(page, "confirm email").await;

    choose(page, "Back to your account").await;
    page.eventually("the account is there", "one('nav') !== null").await;
    app.sign_in(EMAIL, PASSWORD).await.succeeds();
    visit_screen(page, "Devices").await;
    page.eventually(
        "the devices are there",
        "document.querySelectorAll('.devices li').length === 3",
    )
    .await;
    looks_well(page, "devices").await;
    if look == Look::Desktop {
        page.screenshot("example-devices.png").await;
    }
    choose(page, "Sign out all other devices").await;
    page.eventually("the page says so", "said === 'All other devices have been signed out.'")
        .await;
    looks_well(page, "devices, with a notice").await;

    choose(page, "Back to your account").await;
    page.eventually("the account is there", "one('nav') !== null").await;
    visit_screen(page, "Delete account").await;
    submit(page).await;
    page.eventually("the confirmation is missing", "problem('confirmation') !== null")
        .await;
    looks_well(page, "delete account, with problems").await;
}

async fn every_screen(look: Look) {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(look, async move |client| {
        app.register_and_activate(EMAIL, PASSWORD).await;
        let page = open(client, app.address()).await;
        forgotten_password(&page, &app).await;
        screens_of_the_account(&page, &app, look).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn account_screens_are_accessible_in_light_theme() {
    every_screen(Look::Desktop).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn account_screens_are_accessible_in_dark_theme() {
    every_screen(Look::DarkDesktop).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn account_screens_are_accessible_on_a_phone() {
    every_screen(Look::Phone).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn account_screens_are_accessible_on_a_phone_in_dark_theme() {
    every_screen(Look::DarkPhone).await;
}
