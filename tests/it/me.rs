//! The query `me`.

use api::accounts::{self, RegistrationKey};
use api::graphql::{Authorization, Caller, Method, Request, RequestError, schema};
use api::verification::Code;
use serde_json::json;
use tests::{Database, PASSWORD, TestApp, TestCore, client, on_both_databases};

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

#[on_both_databases]
async fn sessions_cost_one_statement_and_only_if_selected(database: Database) {
    let (core, log) = TestCore::recording(&database).await;
    let token = core.register("ada@example.com", PASSWORD, 1).await.token;
    core.send_next().await;
    let newest_code = Code::parse(&core.newest_code("ada@example.com"));
    let (key, now) = (RegistrationKey::Token(token, client(1)), core.app.clock.now());
    let activated = accounts::activate(&core.app, &key, newest_code, now).await;
    let (_, session) = activated.expect("the code is right");
    let schema = schema(&core.app, true);
    for (query, statements) in [
        ("{me{id email locale}}", 1),
        ("{me{sessions{nodes{id isCurrent} pageInfo{hasNextPage}}}}", 2),
    ] {
        let _ = log.take();
        let caller = Caller::new(Authorization::Bearer(session.token.clone()), client(1), now);
        let request = Request {
            query: query.to_owned(),
            ..Request::default()
        };
        let answer = schema
            .execute(request, Method::Post, caller)
            .await
            .expect("a valid request");
        assert!(answer.response.errors.is_empty(), "{:?}", answer.response);
        let log = log.take();
        assert_eq!(log.len(), statements, "{log:?}");
    }
}

/// An answer holds its memory until it is sent.
#[on_both_databases]
async fn large_answers_that_wait_have_a_bound(database: Database) {
    let core = TestCore::start(&database).await;
    let (_, _, token) = core.create_signed_in_user("ada@example.com", PASSWORD).await;
    let schema = api::graphql::schema(&core.app, false);
    let execute = async || {
        let caller = Caller::new(Authorization::Bearer(token.clone()), client(1), core.app.clock.now());
        let request = Request {
            query: "{me{sessions{nodes{userAgent} edges{node{userAgent}}}}}".to_owned(),
            ..Request::default()
        };
        schema.execute(request, Method::Post, caller).await
    };
    let mut waiting = Vec::new();
    let refused = loop {
        match execute().await {
            Ok(execution) => waiting.push(execution),
            Err(error) => break error,
        }
        assert!(waiting.len() < 2_000, "64 MiB is enough for all of them");
    };
    assert!(matches!(refused, RequestError::Overloaded), "{refused:?}");
    assert!(waiting.len() > 100);
    waiting.clear();
    assert!(execute().await.is_ok());
}
