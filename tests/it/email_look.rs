//! How emails look in a browser. `SCREENSHOTS=docs ./tests/run -- -p tests --test it email_look` renews the pictures in
//! the documentation.

mod browser {
    use ::browser::{Look, Page, in_browser};
    use api::locale::Locale;
    use api::mail::{Kind, Product, Templates};
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;

    const FITS: &str = "document.documentElement.scrollWidth <= document.documentElement.clientWidth";

    fn templates(name: &str) -> Templates {
        let product = Product {
            name: Some(name.to_owned()),
            url: Some("https://tansy.example".parse().expect("a URL")),
        };
        Templates::load(None, product, Locale::En).expect("the templates are valid")
    }

    async fn open(client: &::browser::Client, html: &str) -> Page {
        let url = format!("data:text/html;base64,{}", BASE64_STANDARD.encode(html));
        Page::with_words(client.clone(), &url, "").await
    }

    /// `picture` is the email of which a screenshot is taken.
    async fn every_email(look: Look, background: &'static str, picture: (Kind, Locale, &'static str)) {
        let (usual, longest) = (templates("Tansy"), templates(&"Tansy ".repeat(10)));
        let activation = "https://app.example.com/activate".parse().expect("a URL");
        in_browser(look, async move |client| {
            for kind in Kind::all() {
                for locale in Locale::ALL {
                    let email = longest.sample(*kind, Some(locale), Some(&activation));
                    let page = open(&client, &email.expect("an email").html).await;
                    assert_eq!(page.ask(FITS).await, true, "{kind:?} {locale:?}");

                    let email = usual.sample(*kind, Some(locale), Some(&activation)).expect("an email");
                    let page = open(&client, &email.html).await;
                    page.is_accessible("document", &email.subject).await;
                    let actual = page.ask("getComputedStyle(document.body).backgroundColor").await;
                    assert_eq!(actual, background, "{}", email.subject);
                    assert_eq!(page.ask(FITS).await, true, "{}", email.subject);
                    if picture.0 == *kind && picture.1 == locale {
                        page.screenshot(picture.2).await;
                    }
                }
            }
        })
        .await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn emails_are_readable_in_light() {
        let picture = (Kind::ActivationCode, Locale::En, "email.png");
        every_email(Look::Desktop, "rgb(244, 244, 244)", picture).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn emails_are_readable_in_dark() {
        let picture = (Kind::PasswordResetCode, Locale::De, "email-dark.png");
        every_email(Look::DarkPhone, "rgb(22, 22, 22)", picture).await;
    }
}
