//! `SCREENSHOTS=docs ./tests/run -- -p tests --test it mailbox_page` renews the pictures in the documentation.

use std::time::Duration;

use ::browser::{Look, Page, in_browser};
use api::clock::Clock;
use mailer_mock::Message;
use tests::{Database, TestApp};

const PASSWORD: &str = "correct horse battery staple";

/// Milliseconds since the Unix epoch.
fn millis(nanoseconds: i128) -> i64 {
    i64::try_from(nanoseconds / 1_000_000).expect("a year of four digits")
}

/// Sets the clock of the server to that of the mailbox, which received this email just now.
fn set_clock(app: &TestApp, mail: &Message) {
    let behind = millis(mail.created.unix_timestamp_nanos()) - app.clock.now().as_millis();
    app.clock.advance(Duration::from_millis(
        u64::try_from(behind).expect("the clock is behind"),
    ));
}

async fn shows_a_code_with_its_lifetime(look: Look, picture: &'static str) {
    let app = TestApp::with(&Database::sqlite(), |builder| {
        builder.activation_url = "https://app.example.com/activate".parse().ok();
    })
    .await;
    app.register_and_activate("grace@example.com", PASSWORD).await;
    app.register("linus@example.com", PASSWORD).await;
    set_clock(&app, &*app.next_mail("linus@example.com").await);
    in_browser(look, async move |client| {
        for email in ["grace@example.com", "ada@example.com"] {
            app.register(email, PASSWORD).await;
        }
        let mail = app.next_mail("ada@example.com").await;
        let expires = mail.code_expires.expect("the email says it");
        let expires = millis(expires.unix_timestamp_nanos());
        let page = Page::open(client, &format!("http://{}/#{}", app.mailer.http_addr(), mail.id)).await;
        page.eventually("the email is open", "one('#mail iframe') !== null")
            .await;
        page.ask(&format!("Date.now = () => {}", expires - 47_500)).await;
        page.eventually(
            "its code lives for a minute",
            "text('.age').endsWith(', expires in 48 s')",
        )
        .await;
        page.eventually("it has a link", "text('#tab-links') === 'Links (1)'")
            .await;
        assert_eq!(page.ask("text('.digits')").await, mail.codes[0].as_str());
        page.screenshot(picture).await;
        page.ask(&format!("Date.now = () => {expires}")).await;
        page.eventually("it expires", "one('.card').classList.contains('is-expired')")
            .await;
        let rows = "document.querySelectorAll('#list .is-expired').length";
        page.eventually("so do the older ones", &format!("{rows} === 3")).await;
        page.is_accessible("document", "an expired code").await;
    })
    .await;
}

#[tokio::test]
async fn shows_a_code_with_its_lifetime_on_a_desktop() {
    shows_a_code_with_its_lifetime(Look::Desktop, "mailer-mock.png").await;
}

#[tokio::test]
async fn shows_a_code_with_its_lifetime_on_a_phone() {
    shows_a_code_with_its_lifetime(Look::DarkPhone, "mailer-mock-phone.png").await;
}
