//! How emails look in a browser.

mod browser {
    use ::browser::{Look, Page, in_browser};
    use api::mail::Product;
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;
    use tests::{Database, PASSWORD, TestApp};

    async fn every_email(look: Look, background: &'static str, product: Product) {
        let app = TestApp::with(&Database::sqlite(), |app| {
            app.activation_url = Some("https://app.example.com/activate".parse().expect("a URL"));
            app.product = product;
        })
        .await;
        app.register_and_activate("ada@example.com", PASSWORD).await;
        app.clock.advance(std::time::Duration::from_mins(1));
        app.register("ada@example.com", PASSWORD).await.succeeds();
        app.wait_for_empty_outbox().await;
        let emails = app.mailbox().messages_to("ada@example.com");
        assert_eq!(emails.len(), 2, "the code, and the news that the account exists");
        in_browser(look, async move |client| {
            for email in emails {
                let url = format!("data:text/html;base64,{}", BASE64_STANDARD.encode(&email.html));
                let page = Page::with_words(client.clone(), &url, "").await;
                page.is_accessible("document", &email.subject).await;
                let actual = page.ask("getComputedStyle(document.body).backgroundColor").await;
                assert_eq!(actual, background, "{}", email.subject);
                let fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth";
                assert_eq!(page.ask(fits).await, true, "{}", email.subject);
            }
        })
        .await;
    }

    fn product(name: &str) -> Product {
        Product {
            name: Some(name.to_owned()),
            url: Some("https://tansy.example".parse().expect("a URL")),
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn emails_are_readable_in_light() {
        every_email(Look::Desktop, "rgb(255, 255, 255)", product("Tansy")).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn emails_are_readable_in_dark() {
        every_email(Look::DarkPhone, "rgb(22, 22, 22)", product(&"Tansy ".repeat(10))).await;
    }
}
