//! The language of emails.

use api::locale::Locale;
use api::mail::{Kind, Product};
use entity::user;
use lettre::message::MultiPart;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use mailer_mock::MailerMock;
use reqwest::Method;
use sea_orm::EntityTrait;
use serde_json::json;
use tests::{Client, Database, PASSWORD, TestApp, on_both_databases};

use super::{built_in, tansy};
use crate::seconds;

/// Registers with a `locale` and an `Accept-Language` header.
async fn register(client: &Client, email: &str, locale: Option<&str>, header: Option<&str>) {
    let query = "mutation($input:RegisterInput!){register(input:$input){userErrors{code}}}";
    let input = json!({ "email": email, "password": PASSWORD, "locale": locale });
    let body = json!({ "query": query, "variables": { "input": input } });
    let mut request = client.request(Method::POST, "/graphql").json(&body);
    if let Some(header) = header {
        request = request.header("accept-language", header);
    }
    let answer = request.send().await.expect("the server answers").text().await;
    assert_eq!(answer.expect("an answer"), r#"{"data":{"register":{"userErrors":[]}}}"#);
}

#[on_both_databases]
async fn language_is_that_of_the_argument_or_the_header_or_the_default(database: Database) {
    let app = TestApp::with(&database, |app| app.default_locale = Locale::Es).await;
    for (number, (locale, header, words)) in [
        (Some("de-AT"), None, "ist Ihr Aktivierungscode"),
        (Some("de"), Some("fr"), "ist Ihr Aktivierungscode"),
        (Some("en"), Some("fr"), "is your activation code"),
        (None, Some("nl, fr-CH;q=0.9, en;q=0.5"), "est votre code d’activation"),
        (Some("nl"), Some("fr"), "est votre code d’activation"),
        (Some(""), Some("fr"), "est votre code d’activation"),
        (Some("de\r\nBcc: eve@example.com"), None, "es su código de activación"),
        (Some("nl"), Some("nl"), "es su código de activación"),
        (None, None, "es su código de activación"),
    ]
    .into_iter()
    .enumerate()
    {
        let email = format!("ada{number}@example.com");
        register(&app, &email, locale, header).await;
        let mail = app.next_mail(&email).await;
        assert_eq!(
            mail.subject,
            format!("{} {words}", mail.codes[0]),
            "{locale:?} {header:?}"
        );
    }
}

#[on_both_databases]
async fn language_of_a_registration_becomes_that_of_the_user(database: Database) {
    let app = TestApp::start(&database).await;
    register(&app, "ada@example.com", Some("de"), None).await;
    app.next_mail("ada@example.com").await;
    app.clock.advance(seconds(30));
    let ada = app.basic("ada@example.com", PASSWORD);
    ada.resend().await.succeeds();
    let mail = app.next_mail("ada@example.com").await;
    assert!(mail.subject.ends_with("ist Ihr Aktivierungscode"), "{}", mail.subject);
    ada.activate(&mail.codes[0]).await.succeeds();
    let users = user::Entity::find().all(app.db()).await.expect("users");
    assert_eq!(users[0].locale.as_deref(), Some("de"));

    // Nobody else chooses the language of the user's emails.
    app.clock.advance(seconds(30));
    register(&app, "ada@example.com", Some("fr"), Some("fr")).await;
    let mail = app.next_mail("ada@example.com").await;
    assert_eq!(mail.subject, "Sie haben bereits ein Konto");
}

/// The mailbox finds the code of every email, and no number that is none.
#[tokio::test]
async fn mailbox_finds_the_code_in_every_language() {
    let mock = MailerMock::start(mailer_mock::Config::ephemeral())
        .await
        .expect("mailer-mock starts");
    let url = format!("smtp://{}", mock.smtp_addr());
    let smtp = AsyncSmtpTransport::<Tokio1Executor>::from_url(&url)
        .expect("a URL")
        .build();
    let page = "https://app.example.com/activate".parse().expect("a URL");
    for (product, page) in [(tansy(), Some(&page)), (Product::default(), None)] {
        let templates = built_in(product);
        for kind in Kind::all() {
            for locale in Locale::ALL {
                let email = templates.sample(*kind, Some(locale), page).expect("an email");
                let message = Message::builder()
                    .from("no-reply@example.com".parse().expect("an address"))
                    .to("ada@example.com".parse().expect("an address"))
                    .subject(email.subject.clone())
                    .multipart(MultiPart::alternative_plain_html(email.text, email.html));
                smtp.send(message.expect("a message"))
                    .await
                    .expect("the mailbox accepts it");
                let mail = mock.mailbox().messages()[0].clone();
                let expected = match kind {
                    Kind::ActivationCode => vec!["4466"],
                    _ if kind.has_code() => vec!["44668811"],
                    _ => vec![],
                };
                assert_eq!(mail.codes, expected, "{kind:?} {locale:?}: {}", mail.text);
                assert_eq!(mail.subject, email.subject);
            }
        }
    }
}

#[on_both_databases]
async fn language_of_a_reset_is_that_of_the_user(database: Database) {
    let app = TestApp::start(&database).await;
    register(&app, "ada@example.com", Some("de"), None).await;
    let code = app.next_code("ada@example.com").await;
    app.basic("ada@example.com", PASSWORD).activate(&code).await.succeeds();
    app.register_and_activate("eve@example.com", PASSWORD).await;
    let query = "mutation($input:RequestPasswordResetInput!){requestPasswordReset(input:$input){userErrors{code}}}";
    for (email, subject) in [
        ("ada@example.com", "ist Ihr Code zum Zurücksetzen des Passworts"),
        // A user without a stored language gets the default, so that no stranger chooses it.
        ("eve@example.com", "is your password reset code"),
        ("bob@example.com", "Aucun compte n’utilise cette adresse"),
    ] {
        let input = json!({ "email": email, "locale": "fr" });
        app.send(query, json!({ "input": input })).await.succeeds();
        let mail = app.next_mail(email).await;
        assert!(mail.subject.ends_with(subject), "{}", mail.subject);
    }
}
