//! Popular GraphQL clients run the whole flow, and show errors to the user.
//! `docs/frontend.md` shows the scripts in `tests/clients`.

use std::sync::mpsc;

use tests::{Database, OTHER_PASSWORD, TestApp, succeeds};
use tokio::process::Command;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/clients");

async fn run(script: &str, arguments: &[&str]) {
    succeeds(Command::new("node").arg(script).args(arguments).current_dir(FOLDER)).await;
}

fn url(app: &TestApp) -> String {
    format!("http://{}/graphql", app.address())
}

async fn completes_the_flow(client: &str) {
    let app = TestApp::start(&Database::sqlite()).await;
    let mailbox = format!("http://{}", app.mailer.http_addr());
    run("flow.mjs", &[client, &url(&app), &mailbox]).await;
}

/// The server is overloaded: one job holds the thread that estimates passwords, and a second one fills the queue.
async fn shows_errors(client: &str) {
    let app = TestApp::with(&Database::sqlite(), |builder| builder.hashing.queue = 1).await;
    let hasher = app.server().app().hasher.clone();
    let (release, held) = mpsc::channel::<()>();
    let (started, start) = mpsc::channel();
    let holding = tokio::spawn({
        let hasher = hasher.clone();
        let job = move |_: &str| {
            let _ = started.send(());
            let _ = held.recv();
        };
        async move { hasher.estimate(String::new().into(), job).await }
    });
    let start = tokio::task::spawn_blocking(move || start.recv()).await;
    start.expect("no panic").expect("the thread is held");
    let waiting = hasher.estimate(String::new().into(), |_| ());
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
            async fn shows_errors() {
                super::shows_errors($script).await;
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
async fn backend_keeps_the_token_in_a_cookie() {
    let app = TestApp::with(&Database::sqlite(), |builder| {
        builder.trusted_proxies.0 = vec!["127.0.0.0/8".parse().expect("a network")];
    })
    .await;
    app.register_and_activate("ada@example.com", OTHER_PASSWORD).await;
    run("cookie.mjs", &[&url(&app), "ada@example.com", OTHER_PASSWORD]).await;
}
