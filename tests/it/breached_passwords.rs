//! Passwords that appear in data breaches cannot be chosen.

use std::fs;

use entity::verification;
use reqwest::Method;
use serde_json::json;
use tempfile::NamedTempFile;
use tests::{Answer, Client, Database, Installation, OTHER_PASSWORD, PASSWORD, TestApp, count, on_both_databases};

/// The SHA-1 digest of [`PASSWORD`].
const DIGEST: &str = "ABF7AAD6438836DBE526AA231ABDE2D0EEF74D42";

const CHANGE: &str = "mutation($input: ChangePasswordInput!) { changePassword(input: $input) { userErrors { code \
    field suggestions } } }";
const BEGIN_RESET: &str = "mutation($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { \
    verificationToken userErrors { code } } }";
const RESET: &str = "mutation($input: ResetPasswordInput!) { resetPassword(input: $input) { userErrors { code field \
    suggestions } } }";

#[track_caller]
fn is_refused(answer: &Answer) {
    is_refused_in("password", answer);
}

#[track_caller]
fn is_refused_in(field: &str, answer: &Answer) {
    answer.fails_with("PASSWORD_TOO_WEAK").field(field);
    let suggestions = &answer.payload()["userErrors"][0]["suggestions"];
    let expected = json!(["This password appears in data breaches. Choose a different one."]);
    assert_eq!(*suggestions, expected, "{answer:?}");
}

/// A file like that of Have I Been Pwned, with one more line.
fn file_with(line: &str) -> NamedTempFile {
    let file = NamedTempFile::new().expect("a file");
    let mut lines: Vec<_> = (0..1000)
        .map(|number| format!("{:04X}{:036X}:3\r\n", number * 65, 0))
        .collect();
    lines.push(line.to_owned());
    lines.sort();
    fs::write(file.path(), lines.concat()).expect("the file is written");
    file
}

async fn failed_lookups(client: &Client) -> String {
    let answer = client.request(Method::GET, "/metrics").send().await;
    let metrics = answer.expect("an answer").text().await.expect("text");
    let mut lines = metrics.lines();
    let line = lines.find_map(|line| line.strip_prefix("breached_lookups_failed_total "));
    line.expect("the metric").to_owned()
}

#[on_both_databases]
async fn breached_password_is_refused_although_it_is_hard_to_guess(database: Database) {
    let app = TestApp::start(&database).await;
    for password in ["1cherish1", "1Cherish1", "18yearold"] {
        is_refused(&app.register("ada@example.com", password).await);
    }
    assert_eq!(count::<verification::Entity>(app.db()).await, 0);
    app.register("ada@example.com", "1cherish1 18yearold").await.succeeds();
}

#[on_both_databases]
async fn password_does_not_become_a_breached_one(database: Database) {
    let app = TestApp::start(&database).await;
    let token = app.register_and_activate("ada@example.com", PASSWORD).await;
    let change = json!({ "input": { "currentPassword": PASSWORD, "newPassword": "1cherish1" } });
    is_refused_in("newPassword", &app.bearer(&token).send(CHANGE, change).await);

    let begun = app
        .send(BEGIN_RESET, json!({ "input": { "email": "ada@example.com" } }))
        .await;
    let reset = begun.verification_token();
    let reset = json!({ "input": { "verificationToken": reset, "code": "12345678", "newPassword": "1cherish1" } });
    is_refused_in("newPassword", &app.send(RESET, reset).await);
}

#[on_both_databases]
async fn password_in_the_breached_passwords_file_is_refused(database: Database) {
    let file = file_with(&format!("{DIGEST}:1\r\n"));
    let path = file.path().to_str().expect("a path in UTF-8");
    let installation = Installation::on(database.url()).await.with("BREACHED_PASSWORDS", path);
    let (_api, client) = installation.start().await;
    is_refused(&client.register("ada@example.com", PASSWORD).await);
    is_refused(&client.register("ada@example.com", "1cherish1").await);
    client.register("ada@example.com", OTHER_PASSWORD).await.succeeds();
    assert_eq!(failed_lookups(&client).await, "0");
}

#[on_both_databases]
async fn broken_breached_passwords_file_is_logged_once_and_stops_no_registration(database: Database) {
    let file = file_with(&format!("{DIGEST}:1\r\n"));
    let path = file.path().to_str().expect("a path in UTF-8");
    let installation = Installation::on(database.url()).await.with("BREACHED_PASSWORDS", path);
    let (api, client) = installation.start().await;
    is_refused(&client.register("ada@example.com", PASSWORD).await);
    fs::write(file.path(), "").expect("the file is truncated");
    client.register("ada@example.com", PASSWORD).await.succeeds();
    client.register("bob@example.com", OTHER_PASSWORD).await.succeeds();
    // The list in the binary still counts.
    is_refused(&client.register("eve@example.com", "1cherish1").await);
    assert_eq!(failed_lookups(&client).await, "2");

    let (_, lines) = api.stop("TERM").await;
    let warnings: Vec<_> = lines
        .iter()
        .filter(|line| line.contains("BREACHED_PASSWORDS"))
        .collect();
    assert!(
        matches!(warnings[..], [line] if line.contains("its length has changed")),
        "{lines:#?}"
    );
    // The start prints PASSWORD in its example commands.
    for secret in [OTHER_PASSWORD, "1cherish1", DIGEST] {
        assert!(!lines.iter().any(|line| line.contains(secret)), "{lines:#?}");
    }
}
