//! The audits of GraphQL over HTTP that the reference servers pass.

use tests::{Database, TestApp};
use tokio::process::Command;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/audits/audit.mjs");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_audit_of_graphql_over_http_passes() {
    let app = TestApp::start(&Database::sqlite()).await;
    let audits = Command::new("node")
        .arg(SCRIPT)
        .arg(format!("http://{}/graphql", app.server().address()))
        .kill_on_drop(true)
        .output()
        .await
        .expect("node is there: run the tests with ./tests/run");
    assert!(
        audits.status.success(),
        "{}{}",
        String::from_utf8_lossy(&audits.stdout),
        String::from_utf8_lossy(&audits.stderr)
    );
}
