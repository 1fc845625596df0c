//! The audits of GraphQL over HTTP that the reference servers pass, and the introspection queries of tools.

use tests::{Database, TestApp, succeeds};
use tokio::process::Command;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/audits");

async fn run(script: &str) {
    let app = TestApp::start(&Database::sqlite()).await;
    let url = format!("http://{}/graphql", app.server().address());
    succeeds(Command::new("node").current_dir(FOLDER).args([script, &url])).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_graphql_over_http_audits_pass() {
    run("audit.mjs").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn introspection_of_tools_is_answered() {
    run("introspection.mjs").await;
}
