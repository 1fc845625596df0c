//! Every change to an account is reported.

use entity::webhook_delivery;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tests::{Answer, Client, Database, OTHER_PASSWORD, PASSWORD, Receiver, TestApp, eventually, on_both_databases};

use super::wait_until_all_are_recorded;

const ADA: &str = "ada@example.com";
const NEW: &str = "ada@new.example";

async fn mutate(client: &Client, mutation: &str, selection: &str, input: Value) -> Answer {
    let input_type = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    let query =
        format!("mutation($input:{input_type}!){{{mutation}(input:$input){{{selection} userErrors{{code message}}}}}}");
    let answer = client.send(&query, json!({ "input": input })).await;
    assert_eq!(answer.payload()["userErrors"], json!([]), "{answer:?}");
    answer
}

/// Waits for the event, and gives the address that it tells.
async fn reported(receiver: &Receiver, number: usize, event: &str) -> Option<String> {
    eventually("the event arrives", async || receiver.received().len() == number).await;
    let sent = receiver.received().pop().expect("a webhook");
    assert_eq!(sent.event(), event);
    sent.json()["data"]["email"].as_str().map(str::to_owned)
}

#[on_both_databases]
async fn whole_life_is_reported(database: Database) {
    let receiver = Receiver::start().await;
    let app = TestApp::with(&database, |app| app.webhooks = receiver.config()).await;
    let session = app.register_and_activate(ADA, PASSWORD).await;
    assert_eq!(reported(&receiver, 1, "user.activated").await.as_deref(), Some(ADA));

    let input = json!({ "currentPassword": PASSWORD, "newPassword": OTHER_PASSWORD });
    mutate(&app.bearer(&session), "changePassword", "session{token}", input).await;
    assert_eq!(
        reported(&receiver, 2, "user.password_changed").await.as_deref(),
        Some(ADA)
    );
    app.next_mail(ADA).await;

    wait_until_all_are_recorded(app.db()).await;
    app.clock.advance(crate::seconds(60));
    let reset = mutate(
        &app,
        "requestPasswordReset",
        "verificationToken",
        json!({ "email": ADA }),
    )
    .await;
    let (token, code) = (reset.verification_token(), app.next_code(ADA).await);
    let input = json!({ "verificationToken": token, "code": code, "newPassword": PASSWORD });
    mutate(&app, "resetPassword", "user{id}", input).await;
    assert_eq!(
        reported(&receiver, 3, "user.password_changed").await.as_deref(),
        Some(ADA)
    );

    let session = app.sign_in(ADA, PASSWORD).await.session_token();
    let ada = app.bearer(&session);
    let input = json!({ "newEmail": NEW, "currentPassword": PASSWORD });
    let change = mutate(&ada, "requestEmailChange", "verificationToken", input).await;
    let (token, code) = (change.verification_token(), app.next_code(NEW).await);
    let input = json!({ "verificationToken": token, "code": code });
    mutate(&ada, "confirmEmailChange", "user{id}", input).await;
    assert_eq!(reported(&receiver, 4, "user.email_changed").await.as_deref(), Some(NEW));

    mutate(&ada, "deleteAccount", "", json!({ "currentPassword": PASSWORD })).await;
    assert_eq!(reported(&receiver, 5, "user.deleted").await, None);
    let rows = webhook_delivery::Entity::find().all(app.db()).await;
    let rows = rows.expect("the database answers");
    assert_eq!(rows.len(), 1, "{rows:?}");
}
