//! `api users`: what an operator does, with the real binary beside a running server.

mod activate;
mod change;
mod delete;
mod disable;
mod export;
mod hashes;
mod import;
mod list;

use std::process::Stdio;

use api::clock::{Clock, SystemClock};
use api::credentials::EmailAddress;
use entity::{EmailKind, HiddenText, Purpose, email_outbox, user, verification};
use sea_orm::prelude::Uuid;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};
use serde_json::Value;
use tests::{Database, TestApp, TestAppBuilder, binary};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// Of the password "Grüße vom Kölner Dom 🦀", by crypt(3).
const BCRYPT: &str = "$2y$05$abcdefghijklmnopqrstuu7Pw/zb60ckXULDQQIjFFmQNXbVnPlya";

/// What a command did.
struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Ran {
    /// The lines of standard output, as JSON.
    fn objects(&self) -> Vec<Value> {
        let lines = self.stdout.lines().map(serde_json::from_str);
        lines
            .collect::<Result<_, _>>()
            .unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }

    /// The only line of standard output, as JSON.
    fn object(&self) -> Value {
        let mut objects = self.objects();
        assert_eq!(objects.len(), 1, "{}", self.stdout);
        objects.remove(0)
    }

    fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}{}", self.stdout, self.stderr);
        self
    }
}

/// Runs `api users` and waits for its end.
async fn users(database: &Database, arguments: &[&str]) -> Ran {
    users_with_input(database, arguments, "").await
}

async fn users_with_input(database: &Database, arguments: &[&str], input: impl Into<Vec<u8>>) -> Ran {
    let mut process = Command::new(binary("api"))
        .arg("users")
        .args(arguments)
        .env_clear()
        .env("DATABASE_URL", database.url())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("`api` is built");
    let (mut stdin, input) = (process.stdin.take().expect("standard input"), input.into());
    // A command that fails early does not read it.
    tokio::spawn(async move { stdin.write_all(&input).await });
    let output = process.wait_with_output().await.expect("the process ends");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Ran {
        code: output.status.code(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

/// A server whose clock shows the time of the commands.
async fn server(database: &Database) -> TestApp {
    TestApp::with(database, follow_system_clock).await
}

fn follow_system_clock(builder: &mut TestAppBuilder) {
    let ahead = SystemClock.now().since(builder.clock.now());
    builder.clock.set_ahead(ahead);
}

/// The user of an address.
async fn user_of(app: &TestApp, email: &str) -> user::Model {
    let email = EmailAddress::parse(email).expect("an address");
    let user = user::by_canonical_email(email.canonical()).one(app.db()).await;
    user.expect("the database answers").expect("a user")
}

/// Every user, by address.
async fn all_users(app: &TestApp) -> Vec<user::Model> {
    let mut users = user::Entity::find().all(app.db()).await.expect("the database answers");
    users.sort_by(|one, other| one.email_canonical.0.cmp(&other.email_canonical.0));
    users
}

/// An open reset of a user's password, with its email.
async fn insert_reset(app: &TestApp, user: &user::Model) {
    let now = app.clock.now();
    let id = api::random::uuid(&api::random::SystemRandom, now);
    let reset = verification::ActiveModel {
        id: Set(id),
        purpose: Set(Purpose::PasswordReset),
        email: Set(user.email.clone()),
        email_canonical: Set(user.email_canonical.clone()),
        user_id: Set(Some(user.id)),
        token_digest: Set(entity::HiddenBytes(id.as_bytes().to_vec())),
        created_at: Set(now),
        expires_at: Set(now + crate::seconds(60 * 60)),
        digits: Set(8),
        attempts: Set(0),
        mailed: Set(true),
        ..Default::default()
    };
    reset.insert(app.db()).await.expect("the reset is inserted");
    insert_email(app, EmailKind::PasswordReset, &user.email.0, Some(id)).await;
}

/// An email that is not due yet.
async fn insert_email(app: &TestApp, kind: EmailKind, recipient: &str, verification: Option<Uuid>) {
    let now = app.clock.now();
    let email = email_outbox::ActiveModel {
        id: Set(api::random::uuid(&api::random::SystemRandom, now)),
        kind: Set(kind),
        recipient: Set(HiddenText(recipient.to_owned())),
        domain: Set("example.com".to_owned()),
        verification_id: Set(verification),
        created_at: Set(now),
        due_at: Set(now + crate::seconds(60)),
        attempts: Set(0),
        ..Default::default()
    };
    email.insert(app.db()).await.expect("the email is inserted");
}
