//! The GraphQL clients of frontends: the whole flow, and what a person reads when a request fails. `docs/frontend.md`
//! quotes the scripts in `tests/clients`.

use std::sync::mpsc;

use api::webhooks::{Endpoint, SigningKey, WebhookConfig, parse_url};
use tests::{Database, ManualClock, PASSWORD, Process, TestApp, WEBHOOK_KEY, succeeds};
use tokio::process::Command;

use crate::js_client;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/clients");

async fn run(script: &str, arguments: &[&str]) {
    js_client::built().await;
    succeeds(Command::new("node").arg(script).args(arguments).current_dir(FOLDER)).await;
}

fn url(app: &TestApp) -> String {
    format!("http://{}/graphql", app.address())
}

fn mailbox(app: &TestApp) -> String {
    format!("http://{}", app.mailer.http_addr())
}

async fn completes_the_flow(client: &str) {
    let app = TestApp::start(&Database::sqlite()).await;
    run("flow.mjs", &[client, &url(&app), &mailbox(&app)]).await;
}

/// The server is overloaded: one check holds the thread for the strength of passwords, a second one fills the queue.
async fn reports_failures(client: &str) {
    let app = TestApp::with(&Database::sqlite(), |builder| builder.hashing.queue = 1).await;
    let checks = app.server().app().strength_checks.clone();
    let (release, held) = mpsc::channel::<()>();
    let (started, start) = mpsc::channel();
    let holding = tokio::spawn({
        let checks = checks.clone();
        let job = move |_: &str| {
            let _ = started.send(());
            let _ = held.recv();
        };
        async move { checks.run([192, 0, 2, 0].into(), String::new().into(), job).await }
    });
    let start = tokio::task::spawn_blocking(move || start.recv()).await;
    start.expect("no panic").expect("the thread is held");
    let waiting = checks.run([198, 51, 100, 0].into(), String::new().into(), |_| ());
    tokio::pin!(waiting);
    assert!(futures_util::poll!(&mut waiting).is_pending());

    run("trouble.mjs", &[client, &url(&app)]).await;
    drop(release);
    holding.abort();
}

macro_rules! clients {
    ($($name:ident: $script:literal)+) => {
        $(mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn completes_the_flow() {
                super::completes_the_flow($script).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn reports_failures() {
                super::reports_failures($script).await;
            }
        })+
    };
}

clients! {
    apollo_client_3: "apollo-client-3"
    apollo_client_4: "apollo-client-4"
    fetch: "fetch"
    graphql_request: "graphql-request"
    urql: "urql"
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn account_client_lives_the_whole_life_of_an_account() {
    let app = TestApp::start(&Database::sqlite()).await;
    run("account-client.mjs", &[&url(&app), &mailbox(&app)]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readme_of_account_client_works() {
    let app = TestApp::start(&Database::sqlite()).await;
    run("readme.mjs", &[&url(&app), &mailbox(&app)]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backend_keeps_session_token_in_cookie() {
    let app = TestApp::with(&Database::sqlite(), |builder| {
        builder.trusted_proxies.0 = vec!["127.0.0.0/8".parse().expect("a network")];
    })
    .await;
    run("cookie.mjs", &[&url(&app), &mailbox(&app)]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn persisted_queries_fall_back_to_the_document() {
    let app = TestApp::start(&Database::sqlite()).await;
    run("persisted.mjs", &[&url(&app)]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn official_package_verifies_webhooks() {
    let mut command = Command::new("node");
    command
        .arg("webhooks.mjs")
        .env("WEBHOOK_SECRET", WEBHOOK_KEY)
        .current_dir(FOLDER);
    let mut receiver = Process::start(command);
    let url = receiver.line_with("listening on ").await.replace("listening on ", "");
    let endpoint = |key| {
        let key = SigningKey::parse(key).expect("a key");
        Endpoint::new(parse_url(&url).expect("a URL"), vec![key])
    };
    let app = TestApp::with(&Database::sqlite(), |app| {
        app.clock = ManualClock::at_present();
        app.webhooks = WebhookConfig {
            endpoints: vec![endpoint(WEBHOOK_KEY)],
            allow_private: true,
            ..WebhookConfig::default()
        };
    })
    .await;
    app.register_and_activate("ada@example.com", PASSWORD).await;
    let line = receiver.line_with("user.activated").await;
    assert!(line.ends_with("\"email\":\"ada@example.com\"}"), "{line}");

    let forged = reqwest::Client::new().post(&url).header("webhook-id", "1");
    let forged = forged
        .header("webhook-timestamp", "1767528000")
        .header("webhook-signature", "v1,AAAA");
    let status = forged.body("{}").send().await.expect("an answer").status();
    assert_eq!(status.as_u16(), 400);
    receiver.line_with("refused: ").await;
}
