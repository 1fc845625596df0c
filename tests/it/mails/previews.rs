//! The page with all emails, for developers.

use api::locale::Locale;
use api::mail::Kind;
use reqwest::Method;
use tests::{Client, Database, TestApp};

/// Status, `Content-Security-Policy` and body.
async fn get(client: &Client, path: &str) -> (u16, String, String) {
    let response = client.request(Method::GET, path).send().await.expect("an answer");
    let policy = response.headers()["content-security-policy"]
        .to_str()
        .expect("text")
        .to_owned();
    (
        response.status().as_u16(),
        policy,
        response.text().await.expect("a body"),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn page_shows_every_email() {
    let app = TestApp::start(&Database::sqlite()).await;
    for locale in Locale::ALL.map(Locale::tag) {
        let (status, policy, page) = get(&app, &format!("/dev/mails?locale={locale}")).await;
        assert_eq!(status, 200);
        assert!(
            policy.starts_with("default-src 'none'; style-src 'self'; frame-src 'self';"),
            "{policy}"
        );
        for kind in Kind::all() {
            let file = format!("/dev/mails/{}.{locale}.html", kind.name());
            assert!(page.contains(&format!("<iframe src=\"{file}\"")), "{page}");
            let (status, policy, email) = get(&app, &file).await;
            assert!(
                status == 200 && email.contains(&format!("<html lang=\"{locale}\"")),
                "{email}"
            );
            assert!(
                policy.starts_with("default-src 'none'; ") && policy.ends_with("; sandbox"),
                "{policy}"
            );
        }
    }
    for unknown in [
        "nothing.en.html",
        "activation_code.nl.html",
        "activation_code.en",
        "..%2fpage.html",
    ] {
        assert_eq!(get(&app, &format!("/dev/mails/{unknown}")).await.0, 404, "{unknown}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn page_is_absent_in_production() {
    let app = TestApp::with(&Database::sqlite(), |app| app.mail_previews = false).await;
    for path in [
        "/dev/mails",
        "/dev/mails/page.css",
        "/dev/mails/activation_code.en.html",
    ] {
        assert_eq!(get(&app, path).await.0, 404, "{path}");
    }
}

mod browser {
    use ::browser::{Look, Page, in_browser};
    use tests::{Database, TestApp};

    async fn is_accessible_and_shows_emails(look: Look) {
        let app = TestApp::start(&Database::sqlite()).await;
        in_browser(look, async move |client| {
            let page = Page::open(client.clone(), &format!("http://{}/dev/mails?locale=de", app.address())).await;
            let shown = page.ask("document.querySelectorAll('iframe').length").await;
            assert_eq!(shown, 11);
            page.is_accessible("{ exclude: ['iframe'] }", "emails").await;
            client.enter_frame(0).await.expect("the first frame");
            let heading = page.ask("document.querySelector('h1').textContent").await;
            assert_eq!(heading, "Ihr Aktivierungscode");
            client.enter_parent_frame().await.expect("the page");
        })
        .await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn page_of_emails_is_accessible_in_light() {
        is_accessible_and_shows_emails(Look::Desktop).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn page_of_emails_is_accessible_in_dark() {
        is_accessible_and_shows_emails(Look::DarkPhone).await;
    }
}
