//! A person's whole life with an account, and what each of its screens keeps.

use browser::{Key, Look, Page, in_browser};
use serde_json::json;
use tests::{Database, TestApp};

use super::flow::HOLDS;
use super::{EMAIL, OTHER, PASSWORD, choose, is_signed_in, open, register, sign_in, submit};

/// They share the prefix that [`HOLDS`] looks for.
pub(super) const SECOND: &str = "trombone:oboe under über кларнет";
const THIRD: &str = "trombone:viola near über цитра";

pub(super) async fn shows(page: &Page, heading: &str, said: &str) {
    let expected = format!("heading === {} && said === {}", json!(heading), json!(said));
    page.eventually(heading, &expected).await;
}

/// Opens a screen of the account.
pub(super) async fn visit_screen(page: &Page, name: &str) {
    page.eventually("the account is there", &format!("button('{name}') !== undefined"))
        .await;
    choose(page, name).await;
    page.eventually(name, &format!("heading === '{name}' && focused === 'h1'"))
        .await;
}

/// Signs in, and opens a screen of the account.
pub(super) async fn sign_in_to(page: &Page, name: &str) {
    sign_in(page, PASSWORD).await;
    is_signed_in(page).await;
    visit_screen(page, name).await;
}

/// Signs in, and asks for a code to another address, up to the boxes for it.
pub(super) async fn begin_email_change(page: &Page) {
    sign_in_to(page, "Change email").await;
    page.fill("[name=newEmail]", OTHER).await;
    page.fill("[name=currentPassword]", PASSWORD).await;
    submit(page).await;
    page.eventually("the boxes are there", "boxes.length === 8").await;
}

/// Requests a code for a new password, up to its boxes.
pub(super) async fn forget(page: &Page, email: &str) {
    page.eventually("the sign-in is there", "heading === 'Welcome back'")
        .await;
    choose(page, "Forgot your password?").await;
    page.eventually("the form is there", "heading === 'Forgot your password?'")
        .await;
    page.fill("[name=email]", email).await;
    submit(page).await;
    page.eventually("the boxes are there", "boxes.length === 8 && focused === 'code'")
        .await;
}

async fn holds_no_password(page: &Page) {
    page.eventually("no component has a password", &format!("!{HOLDS}"))
        .await;
    let kept = page.ask("kept").await.to_string();
    assert!(!kept.contains("trombone"), "{kept}");
}

async fn change_email(page: &Page, app: &TestApp) {
    visit_screen(page, "Change email").await;
    page.fill("[name=newEmail]", OTHER).await;
    page.fill("[name=currentPassword]", THIRD).await;
    submit(page).await;
    page.eventually("the boxes are there", "boxes.length === 8 && focused === 'code'")
        .await;
    holds_no_password(page).await;
    page.press(&app.next_code(OTHER).await).await;
    shows(page, "You're signed in", &format!("Your email is now {OTHER}.")).await;
    page.eventually("the account has it", &format!("text('dl').includes('{OTHER}')"))
        .await;
}

async fn end_other_device(page: &Page, app: &TestApp) {
    let other = app.sign_in(OTHER, THIRD).await.session_token();
    visit_screen(page, "Devices").await;
    page.eventually(
        "two devices are there",
        "document.querySelectorAll('.devices li').length === 2",
    )
    .await;
    assert_eq!(page.ask("text('[aria-current=true] .here')").await, "This device");
    assert_eq!(page.ask("text('[aria-current=true] .device')").await, "Chrome on Linux");
    choose(page, "Sign out").await;
    shows(page, "Devices", "Unknown device has been signed out.").await;
    page.eventually(
        "one device is left, and the focus is not lost",
        "document.querySelectorAll('.devices li').length === 1 && focused === 'h1'",
    )
    .await;
    app.bearer(&other).me().await.is_unauthenticated();
    choose(page, "Back to your account").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn person_lives_the_whole_life_of_an_account() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        register(&page).await;
        page.press(&app.next_code(EMAIL).await).await;
        is_signed_in(&page).await;
        choose(&page, "Sign out").await;
        page.eventually("the form is there", "heading === 'Welcome back'").await;

        forget(&page, EMAIL).await;
        // The last digit leads to the password.
        page.press(&app.next_code(EMAIL).await).await;
        page.eventually("the password is next", "focused === 'newPassword'")
            .await;
        page.press(&format!("{SECOND}{}", Key::Enter)).await;
        shows(
            &page,
            "Welcome back",
            "Your password has been changed. Sign in with the new one.",
        )
        .await;
        holds_no_password(&page).await;
        assert_eq!(
            page.ask("[kept, one('[name=email]').value]").await,
            json!(["{}", EMAIL])
        );
        page.fill("[name=password]", SECOND).await;
        submit(&page).await;
        is_signed_in(&page).await;

        visit_screen(&page, "Change password").await;
        page.fill("[name=currentPassword]", SECOND).await;
        page.fill("[name=newPassword]", THIRD).await;
        submit(&page).await;
        let done = "Your password has been changed. All other devices have been signed out.";
        shows(&page, "You're signed in", done).await;
        holds_no_password(&page).await;
        change_email(&page, &app).await;
        end_other_device(&page, &app).await;

        visit_screen(&page, "Delete account").await;
        page.fill("[name=currentPassword]", THIRD).await;
        page.ask("one('[name=confirmation]').click()").await;
        submit(&page).await;
        shows(&page, "Create your account", "Your account has been deleted.").await;
        holds_no_password(&page).await;
        assert_eq!(page.ask("kept").await, "{}");
        app.sign_in(OTHER, THIRD).await.fails_with("INVALID_CREDENTIALS");
        assert_eq!(page.complaints().await, [""; 0]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reload_and_back_keep_the_screen_of_the_account() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        app.register_and_activate(EMAIL, PASSWORD).await;
        let page = open(client, app.address()).await;
        begin_email_change(&page).await;
        page.client.refresh().await.expect("the page reloads");
        page.eventually(
            "the code is next",
            "heading === 'Confirm your new email' && focused === 'code'",
        )
        .await;

        page.ask("history.back()").await;
        page.eventually("the form is there", "heading === 'Change email'").await;
        page.client.refresh().await.expect("the page reloads");
        page.eventually("the email is known", &format!("text('.lead').includes('{EMAIL}')"))
            .await;
        choose(&page, "Enter the code").await;
        page.press(&app.next_code(OTHER).await).await;
        shows(&page, "You're signed in", &format!("Your email is now {OTHER}.")).await;

        // After signing out, Back shows nothing of the account.
        choose(&page, "Sign out").await;
        page.eventually("the form is there", "heading === 'Welcome back'").await;
        page.ask("history.back()").await;
        page.eventually("another form is there", "heading === 'Create your account'")
            .await;
        assert_eq!(page.ask("kept").await, "{}");
    })
    .await;
}
