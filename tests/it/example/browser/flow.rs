use api::http::Origins;
use browser::{Key, Look, in_browser};
use serde_json::{Value, json};
use tests::{Client, Database, TestApp};

use super::accessible::looks_well;
use super::site::Site;
use super::{EMAIL, PASSWORD, choose, is_in, open, register, sign_in, submit, token, visit};

/// The code, as a script takes it from the mailbox.
async fn code(app: &TestApp) -> String {
    let mailbox = Client::new(app.mailer.http_addr());
    let wait = mailbox.request(reqwest::Method::GET, &format!("/api/v1/wait?to={EMAIL}&timeout=10s"));
    let mail: Value = wait.send().await.expect("an answer").json().await.expect("a mail");
    mail["Codes"][0].as_str().expect("a code").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_form_to_the_account_and_out_again() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;

        // With the keyboard alone.
        page.ask("one('[name=email]').focus()").await;
        page.press(&format!("{EMAIL}{}", Key::Tab)).await;
        page.press("trombone").await;
        let weak = "text('.hint p') === 'Easy to guess. Add another word or two. Uncommon words are better.'";
        page.eventually("the hint says what helps", weak).await;
        page.press(PASSWORD.strip_prefix("trombone").expect("it begins so"))
            .await;
        page.eventually("now it is good", "text('.hint p') === 'A good password.'")
            .await;
        page.press(&Key::Enter.to_string()).await;

        page.eventually("the boxes are there", "boxes.length === 4 && focused === 'code'")
            .await;
        assert_eq!(page.ask("text('.lead')").await, format!("We mailed a code to {EMAIL}."));
        page.eventually("the minute runs", "/^0:/.test(text('.code-clock b'))")
            .await;
        // It is sent when it is complete.
        page.press(&code(&app).await).await;
        is_in(&page).await;
        assert_eq!(page.ask("focused").await, "h1");
        assert_eq!(page.ask("document.title").await, "You are in · Tansy");
        assert_eq!(page.ask("text('.status')").await, "Active");

        page.client.refresh().await.expect("it loads again");
        is_in(&page).await;

        let session = token(&page).await;
        choose(&page, "Sign out").await;
        page.eventually("it says so", "said === 'You are signed out.'").await;
        assert_eq!(page.ask("kept").await, "{}");
        while app.bearer(&session).me().await.outcome() != "UNAUTHENTICATED" {}

        page.fill("[name=email]", EMAIL).await;
        page.fill("[name=password]", PASSWORD).await;
        submit(&page).await;
        is_in(&page).await;
    })
    .await;
}

/// The policy has no word for a path: the page's own origin is what lets it through. And no origin has to be listed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_one_proxy_the_api_is_a_path() {
    let alone = |builder: &mut tests::TestAppBuilder| builder.origins = Origins::Listed(Vec::new());
    let app = TestApp::with(&Database::sqlite(), alone).await;
    in_browser(Look::Desktop, async move |client| {
        let page = visit(client, &Site::with(app.address()).await).await;
        register(&page).await;
        page.press(&code(&app).await).await;
        is_in(&page).await;
        let origins = page.origins().await;
        assert_eq!(origins.as_array().map(Vec::len), Some(1), "{origins}");
        // Of the path in the policy, as the README says.
        let complaints = page.complaints().await;
        let [complaint] = &complaints[..] else {
            panic!("{complaints:?}")
        };
        assert!(complaint.contains("invalid source: '/graphql'"), "{complaint}");
    })
    .await;
}

/// Or a screen reader would talk over each letter.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_hint_is_read_out_when_somebody_stops_to_type() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        page.eventually("the hint is there", "text('.hint [role=status]') !== null")
            .await;
        let before = page.ask("text('.hint [role=status]')").await;
        // Time stands still, until it is let go.
        page.ask("window.setTimeout = (call, after, value) => { window.letGo = () => call(value); }")
            .await;
        page.fill("[name=password]", PASSWORD).await;
        page.eventually("it is seen at once", "text('.hint p') === 'A good password.'")
            .await;
        assert_eq!(page.ask("text('.hint [role=status]')").await, before);
        let heard = "letGo() ?? text('.hint [role=status]') === 'A good password.'";
        page.eventually("it is heard", heard).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reload_at_the_code_asks_for_the_password_which_is_never_stored() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        register(&page).await;
        let kept = page.ask("kept").await;
        let kept = kept.as_str().expect("a text");
        assert!(kept.contains(EMAIL) && !kept.contains("trombone"), "{kept}");

        page.client.refresh().await.expect("it loads again");
        page.eventually("it asks", "heading === 'Your password once more'")
            .await;
        assert_eq!(page.ask("text('.lead b')").await, EMAIL);
        let code = code(&app).await;
        page.fill("[name=password]", "another password").await;
        submit(&page).await;
        page.eventually("the boxes are there", "focused === 'code'").await;
        page.press(&code).await;
        page.eventually("it asks again", "said.startsWith('The password is not the one')")
            .await;
        page.fill("[name=password]", PASSWORD).await;
        submit(&page).await;
        page.eventually("the boxes are there", "focused === 'code'").await;
        page.press(&code).await;
        is_in(&page).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_replaced_by_a_newer_registration_can_register_again() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        register(&page).await;
        app.next_code(EMAIL).await;
        app.clock.advance(crate::seconds(30));
        let code = app.register_and_read_code(EMAIL, "somebody else's password").await;
        page.press(&code).await;
        page.eventually("it says so", "said.includes('a newer one took its place')")
            .await;
        choose(&page, "Register again").await;
        page.eventually("the form is there", "heading === 'Create your account'")
            .await;
        assert_eq!(page.ask("one('[name=email]').value").await, json!(EMAIL));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_signs_in_before_the_code_is_led_to_it() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Phone, async move |client| {
        app.register_and_read_code(EMAIL, PASSWORD).await;
        app.clock.advance(crate::seconds(30));
        let page = open(client, app.address()).await;
        sign_in(&page, PASSWORD).await;
        page.eventually("it says why", "said === 'Your account still waits for its code.'")
            .await;
        assert_eq!(
            page.ask("text('.lead')").await,
            format!("We can mail a code to {EMAIL}.")
        );
        assert_eq!(page.ask("boxes.length").await, 0);
        looks_well(&page, "code of any length").await;
        choose(&page, "Send a code").await;
        page.eventually("it is sent", "said.startsWith('A new code is on its way.')")
            .await;
        let counted = "one('.code-clock') !== null && boxes.length === 4 && focused === 'code'";
        page.eventually("and counted", counted).await;
        page.press(&app.next_code(EMAIL).await).await;
        is_in(&page).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_activated_elsewhere_is_led_to_the_sign_in() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        register(&page).await;
        let code = app.next_code(EMAIL).await;
        app.basic(EMAIL, PASSWORD).activate(&code).await.succeeds();
        page.press(&code).await;
        page.eventually(
            "it says so",
            "said === 'Your account is active already. Please sign in.'",
        )
        .await;
        assert_eq!(page.ask("one('[name=email]').value").await, json!(EMAIL));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_session_has_ended_the_page_asks_to_sign_in() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        app.register_and_activate(EMAIL, PASSWORD).await;
        let page = open(client, app.address()).await;
        sign_in(&page, PASSWORD).await;
        is_in(&page).await;
        app.bearer(&token(&page).await).sign_out().await;
        page.client.refresh().await.expect("it loads again");
        page.eventually("it says so", "said === 'Your session has ended. Please sign in again.'")
            .await;
        assert_eq!(page.ask("kept").await, "{}");
    })
    .await;
}
