use api::http::Origins;
use browser::{Key, Look, in_browser};
use serde_json::{Value, json};
use tests::{Client, Database, TestApp};

use super::accessible::looks_well;
use super::site::Site;
use super::{EMAIL, PASSWORD, choose, is_signed_in, open, register, session, sign_in, submit, visit};

/// The code, as a script reads it from the mailbox.
async fn code(app: &TestApp) -> String {
    let mailbox = Client::new(app.mailer.http_addr());
    let wait = mailbox.request(reqwest::Method::GET, &format!("/api/v1/wait?to={EMAIL}&timeout=20s"));
    let mail: Value = wait.send().await.expect("an answer").json().await.expect("an email");
    mail["Codes"][0].as_str().expect("a code").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn register_activate_sign_out_and_sign_in() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;

        // With the keyboard alone.
        page.ask("one('[name=email]').focus()").await;
        page.press(&format!("{EMAIL}{}", Key::Tab)).await;
        page.press("trombone").await;
        let weak = "text('.hint p') === 'Easy to guess. Add another word or two. Uncommon words are better.'";
        page.eventually("the hint has a suggestion", weak).await;
        page.press(PASSWORD.strip_prefix("trombone").expect("the prefix")).await;
        page.eventually("the password is strong", "text('.hint p') === 'Strong password.'")
            .await;
        page.press(&Key::Enter.to_string()).await;

        page.eventually("the boxes are there", "boxes.length === 4 && focused === 'code'")
            .await;
        assert_eq!(page.ask("text('.lead')").await, format!("We sent an email to {EMAIL}."));
        page.eventually("the countdown runs", "/^0:/.test(text('.code-clock b'))")
            .await;
        // The last digit sends the code.
        page.press(&code(&app).await).await;
        is_signed_in(&page).await;
        assert_eq!(page.ask("focused").await, "h1");
        assert_eq!(page.ask("document.title").await, "You're signed in · Tansy");
        assert_eq!(page.ask("text('.status')").await, "Active");

        page.client.refresh().await.expect("the page reloads");
        is_signed_in(&page).await;

        let session = session(&page).await;
        choose(&page, "Sign out").await;
        page.eventually("the page says so", "said === `You're signed out.`")
            .await;
        assert_eq!(page.ask("kept").await, "{}");
        while app.bearer(&session).me().await.outcome() != "UNAUTHENTICATED" {}

        page.fill("[name=email]", EMAIL).await;
        page.fill("[name=password]", PASSWORD).await;
        submit(&page).await;
        is_signed_in(&page).await;
    })
    .await;
}

/// A path is not a valid source in the policy, which allows the page's own origin instead. No origin has to be listed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn api_behind_the_same_proxy_is_a_path() {
    let unlisted = |builder: &mut tests::TestAppBuilder| builder.origins = Origins::Listed(Vec::new());
    let app = TestApp::with(&Database::sqlite(), unlisted).await;
    in_browser(Look::Desktop, async move |client| {
        let page = visit(client, &Site::with(app.address()).await).await;
        register(&page).await;
        page.press(&code(&app).await).await;
        is_signed_in(&page).await;
        let origins = page.origins().await;
        assert_eq!(origins.as_array().map(Vec::len), Some(1), "{origins}");
        // The warning that the README mentions.
        let complaints = page.complaints().await;
        let [complaint] = &complaints[..] else {
            panic!("{complaints:?}")
        };
        assert!(complaint.contains("invalid source: '/graphql'"), "{complaint}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn screen_reader_announces_hint_when_typing_stops() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        page.eventually("the hint is there", "text('.hint [role=status]') !== null")
            .await;
        let before = page.ask("text('.hint [role=status]')").await;
        // Timers run only when the test says so.
        page.ask("window.setTimeout = (call, after, value) => { window.letGo = () => call(value); }")
            .await;
        page.fill("[name=password]", PASSWORD).await;
        page.eventually("the hint is visible", "text('.hint p') === 'Strong password.'")
            .await;
        assert_eq!(page.ask("text('.hint [role=status]')").await, before);
        let announced = "letGo() ?? text('.hint [role=status]') === 'Strong password.'";
        page.eventually("the hint is announced", announced).await;
    })
    .await;
}

/// Whether the components of the page, their state and whatever is reachable from them contain a text.
pub(super) const HOLDS: &str = "((text) => {
    const root = one('#root');
    const container = Object.keys(root).find((name) => name.startsWith('__reactContainer'));
    const [next, seen] = [[root[container]], new Set([window, document])];
    while (next.length > 0) {
        const value = next.pop();
        if (typeof value === 'string' && value.includes(text)) return true;
        if (Object(value) !== value || seen.has(value)) continue;
        seen.add(value);
        if (value instanceof Map || value instanceof Set) next.push(...value);
        for (const { value: inner } of Object.values(Object.getOwnPropertyDescriptors(value))) next.push(inner);
    }
    return [...document.querySelectorAll('input')].some((input) => input.value.includes(text));
})('trombone')";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn password_is_not_kept_after_register() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        page.fill("[name=password]", PASSWORD).await;
        assert_eq!(page.ask(HOLDS).await, true);
        register(&page).await;
        page.eventually("no component has the password", &format!("!{HOLDS}"))
            .await;
        let kept = page.ask("kept").await;
        let kept = kept.as_str().expect("a text");
        assert!(kept.contains(EMAIL) && !kept.contains("trombone"), "{kept}");
        assert_eq!(page.ask("registration.verificationToken.length >= 43").await, true);
        assert_eq!(page.ask("sessionStorage.length").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reload_continues_at_the_code() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        register(&page).await;
        page.client.refresh().await.expect("the page reloads");
        page.eventually("the boxes are there", "boxes.length === 4 && focused === 'code'")
            .await;
        assert_eq!(page.ask("text('.lead b')").await, EMAIL);
        page.eventually("the countdown goes on", "/^0:/.test(text('.code-clock b'))")
            .await;
        page.press(&code(&app).await).await;
        is_signed_in(&page).await;
        assert_eq!(page.ask("registration").await, Value::Null);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replaced_registration_offers_to_register_again() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        register(&page).await;
        app.next_code(EMAIL).await;
        app.clock.advance(crate::seconds(30));
        let code = app.register_and_read_code(EMAIL, "a stranger's password").await;
        page.press(&code).await;
        page.eventually(
            "the page explains",
            "heading === 'Create your account' && said
                === 'This registration has expired, or a newer one replaced it. Register again to get a new code.'",
        )
        .await;
        assert_eq!(page.ask("one('[name=email]').value").await, json!(EMAIL));
        assert_eq!(page.ask("kept").await, "{}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_email_starts_again() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        register(&page).await;
        choose(&page, "Use a different email").await;
        page.eventually("the form is there", "heading === 'Create your account'")
            .await;
        assert_eq!(page.ask("kept").await, "{}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_in_before_activation_leads_to_the_code() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Phone, async move |client| {
        app.register_and_read_code(EMAIL, PASSWORD).await;
        app.clock.advance(crate::seconds(30));
        let page = open(client, app.address()).await;
        sign_in(&page, PASSWORD).await;
        page.eventually(
            "the page says why",
            "heading === 'Activate your account' && said === `Your account isn't activated yet.`",
        )
        .await;
        page.eventually("the code is next", "focused === 'code' && boxes.length === 0")
            .await;
        looks_well(&page, "code of unknown length").await;

        // A reload keeps the email and forgets the password.
        let kept = page.ask("kept").await.to_string();
        assert!(kept.contains(EMAIL) && !kept.contains("trombone"), "{kept}");
        page.client.refresh().await.expect("the page reloads");
        page.eventually("the password is next", "one('[name=password]')?.value === ''")
            .await;
        assert_eq!(page.ask("one('[name=email]').value").await, EMAIL);
        page.fill("[name=password]", PASSWORD).await;

        choose(&page, "Send a new code").await;
        page.eventually("the code is sent", "said.startsWith('We sent a new code.')")
            .await;
        let counted = "one('.code-clock') !== null && boxes.length === 4 && focused === 'code'";
        page.eventually("the countdown runs", counted).await;
        page.press(&app.next_code(EMAIL).await).await;
        is_signed_in(&page).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn activation_elsewhere_leads_to_sign_in() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        register(&page).await;
        let code = app.next_code(EMAIL).await;
        app.basic(EMAIL, PASSWORD).activate(&code).await.succeeds();
        page.press(&code).await;
        page.eventually(
            "the page says so",
            "said === 'Your account is already active. Sign in.'",
        )
        .await;
        assert_eq!(page.ask("one('[name=email]').value").await, json!(EMAIL));
        assert_eq!(page.ask("kept").await, "{}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ended_session_leads_to_sign_in() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        app.register_and_activate(EMAIL, PASSWORD).await;
        let page = open(client, app.address()).await;
        sign_in(&page, PASSWORD).await;
        is_signed_in(&page).await;
        app.bearer(&session(&page).await).sign_out().await;
        page.client.refresh().await.expect("the page reloads");
        page.eventually("the page says so", "said === 'Your session has ended. Sign in again.'")
            .await;
        assert_eq!(page.ask("kept").await, "{}");
    })
    .await;
}
