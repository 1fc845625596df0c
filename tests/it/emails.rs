//! What emails say.

use tests::{Database, PASSWORD, TestApp, on_both_databases};

use crate::seconds;

#[on_both_databases]
async fn activation_url_puts_a_link_with_the_code_into_the_email(database: Database) {
    let app = TestApp::with(&database, |app| {
        app.activation_url = Some("https://app.example.com/activate?from=email".parse().expect("a URL"));
    })
    .await;
    app.register("ada@example.com", PASSWORD).await.succeeds();
    let mail = app.next_mail("ada@example.com").await;
    let link = format!("https://app.example.com/activate?from=email#code={}", mail.codes[0]);
    assert!(mail.text.contains(&link), "{}", mail.text);
    assert!(mail.html.contains(&format!("href=\"{link}\"")), "{}", mail.html);
}

#[on_both_databases]
async fn emails_name_the_product(database: Database) {
    let app = TestApp::with(&database, |app| {
        app.product = api::mail::Product {
            name: Some("Tansy & <b>Söhne</b>".to_owned()),
            url: Some("https://tansy.example/?a=1&b=2".parse().expect("a URL")),
        };
    })
    .await;
    app.register("ada@example.com", PASSWORD).await.succeeds();
    let mail = app.next_mail("ada@example.com").await;
    let code = &mail.codes[0];
    assert_eq!(mail.codes.len(), 1);
    assert_eq!(
        mail.subject,
        format!("{code} is your activation code for Tansy & <b>Söhne</b>")
    );
    let exists = {
        app.basic("ada@example.com", PASSWORD).activate(code).await.succeeds();
        app.clock.advance(seconds(30));
        app.register("ada@example.com", PASSWORD).await.succeeds();
        app.next_mail("ada@example.com").await
    };
    assert_eq!(exists.subject, "You already have an account with Tansy & <b>Söhne</b>");
    for mail in [&mail, &exists] {
        let end = "\n\nTansy & <b>Söhne</b>\nhttps://tansy.example/?a=1&b=2";
        assert!(mail.text.trim_end().ends_with(end), "{}", mail.text);
        let link = "href=\"https://tansy.example/?a=1&amp;b=2\"";
        assert!(mail.html.contains(link), "{}", mail.html);
        let name = "Tansy &amp; &lt;b&gt;Söhne&lt;&#x2f;b&gt;";
        assert!(mail.html.matches(name).count() >= 3, "{}", mail.html);
        assert!(!mail.html.contains("<b>"), "{}", mail.html);
    }
}
