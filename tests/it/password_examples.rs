//! The server agrees with the password examples of the frontend. `examples/web/src/password.test.ts` checks the hints
//! of the page against the same file.

use serde_json::Value;
use tests::{Database, TestApp};

use crate::seconds;

const EXAMPLES: &str = include_str!("../../examples/web/src/password-examples.json");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn server_agrees_with_the_password_hints_of_the_frontend() {
    let app = TestApp::start(&Database::sqlite()).await;
    let examples: Vec<Value> = serde_json::from_str(EXAMPLES).expect("a list");
    for example in &examples {
        // Resets the email limits.
        app.clock.advance(seconds(3600));
        let text = |name: &str| example[name].as_str().expect("text");
        let answer = app.register(text("email"), text("password")).await;
        match example["code"].as_str() {
            Some(code) => drop(answer.fails_with(code)),
            None => drop(answer.succeeds()),
        }
    }
    assert!(examples.len() > 10);
}
