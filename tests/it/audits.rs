//! The audits of GraphQL over HTTP that the reference servers pass.

use tests::{Database, TestApp, succeeds};
use tokio::process::Command;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/audits/audit.mjs");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_graphql_over_http_audits_pass() {
    let app = TestApp::start(&Database::sqlite()).await;
    let url = format!("http://{}/graphql", app.server().address());
    succeeds(Command::new("node").args([SCRIPT, &url])).await;
}
