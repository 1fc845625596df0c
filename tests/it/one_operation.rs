//! A request may hold one credential operation. With more, nothing runs.

use entity::{rate_limit, verification};
use reqwest::Method;
use serde_json::json;
use tests::{Database, PASSWORD, TestApp, count, on_both_databases};

#[on_both_databases]
async fn two_credential_operations_run_nothing(database: Database) {
    let app = TestApp::start(&database).await;
    let input = format!("(input:{{email:\"ada@example.com\",password:\"{PASSWORD}\"}})");
    let basic = app.basic("ada@example.com", PASSWORD);
    for (client, query) in [
        (
            &*app,
            format!("mutation{{a:register{input}{{codeLength}} b:signIn{input}{{userErrors{{code}}}}}}"),
        ),
        (
            &*app,
            format!("mutation{{a:signIn{input}{{userErrors{{code}}}} b:signIn{input}{{userErrors{{code}}}}}}"),
        ),
        (
            &*app,
            format!(
                "mutation{{...F ...on Mutation{{a:register{input}{{codeLength}}}}}} fragment F on Mutation{{register{input}{{codeLength}}}}"
            ),
        ),
        (&basic, "{a:me{id} b:me{id}}".to_owned()),
    ] {
        let answer = client.send(&query, json!({})).await;
        answer.has_top_level_error("BAD_REQUEST").status(400).without_data();
    }
    assert_eq!(count::<verification::Entity>(app.db()).await, 0);
    assert_eq!(count::<rate_limit::Entity>(app.db()).await, 0);
}

#[on_both_databases]
async fn session_lookups_are_not_credential_operations(database: Database) {
    let app = TestApp::start(&database).await;
    let token = app.register_and_activate("ada@example.com", PASSWORD).await;
    let answer = app
        .bearer(&token)
        .send("{a:me{id} b:me{id} registrationPolicy{codeLength}}", json!({}))
        .await;
    assert_eq!(answer.body["data"]["a"], answer.body["data"]["b"]);
    assert!(answer.body["data"]["a"]["id"].is_string());
}

#[on_both_databases]
async fn cached_document_is_checked_again(database: Database) {
    let app = TestApp::start(&database).await;
    let token = app.register_and_activate("ada@example.com", PASSWORD).await;
    let query = "{a:me{id} b:me{id}}";
    for _ in 0..2 {
        assert!(app.bearer(&token).send(query, json!({})).await.body["data"]["a"]["id"].is_string());
        app.basic("ada@example.com", PASSWORD)
            .send(query, json!({}))
            .await
            .has_top_level_error("BAD_REQUEST");
    }
    let sign_out = "mutation{signOut{userErrors{code}}}";
    app.bearer(&token).send(sign_out, json!({})).await.succeeds();
    let get = app
        .request(Method::GET, "/graphql?query=mutation{signOut{userErrors{code}}}")
        .send()
        .await
        .expect("the server answers");
    assert_eq!(get.status(), 405);
    let two = "query A{__typename} query B{registrationPolicy{codeLength}}";
    for (name, field) in [("A", "__typename"), ("B", "registrationPolicy"), ("A", "__typename")] {
        let body = json!({ "query": two, "operationName": name });
        let answer = app
            .request(Method::POST, "/graphql")
            .json(&body)
            .send()
            .await
            .expect("the server answers");
        let answer: serde_json::Value = answer.json().await.expect("JSON");
        assert!(answer["data"].get(field).is_some(), "{name}: {answer}");
    }
}

#[on_both_databases]
async fn credentials_are_verified_only_if_a_field_needs_them(database: Database) {
    let app = TestApp::start(&database).await;
    for client in [
        app.basic("ada@example.com", "wrong"),
        app.bearer("dead"),
        app.authorized("Digest x"),
    ] {
        let answer = client.send("{registrationPolicy{codeLength}}", json!({})).await;
        assert_eq!(answer.payload()["codeLength"], 4);
        assert!(answer.body.get("errors").is_none());
    }
    assert_eq!(count::<rate_limit::Entity>(app.db()).await, 0);
}
