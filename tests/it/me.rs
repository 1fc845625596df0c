//! The query `me`.

use serde_json::json;
use tests::{Database, TestApp, on_both_databases};

#[on_both_databases]
async fn error_in_me_keeps_the_other_fields(database: Database) {
    let app = TestApp::start(&database).await;
    for client in [
        app.bearer("unknown"),
        app.basic("unknown@example.com", "password"),
        app.authorized("Digest a"),
    ] {
        let answer = client.send("{me{id} registrationPolicy{codeLength}}", json!({})).await;
        assert_eq!(
            answer.body["data"],
            json!({ "me": null, "registrationPolicy": { "codeLength": 4 } })
        );
        assert_eq!(answer.body["errors"].as_array().map(Vec::len), Some(1));
        answer.is_unauthenticated();
        assert_eq!(answer.body["errors"][0]["path"], json!(["me"]));
    }
}
