//! GraphQL over HTTP.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Database, PASSWORD, TestApp, count, on_both_databases};

#[on_both_databases]
async fn requests_without_preflight_run_nothing(database: Database) {
    let app = TestApp::start(&database).await;
    let query = json!({ "query": format!("mutation{{register(input:{{email:\"ada@example.com\",password:\"{PASSWORD}\"}}){{codeLength}}}}") });
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
    ] {
        let request = app.request(Method::POST, "/graphql").body(query.to_string());
        let request = if content_type.is_empty() {
            request
        } else {
            request.header("content-type", content_type)
        };
        let response = request.send().await.expect("the server answers");
        assert_eq!(response.status(), 415, "{content_type}");
        let body: Value = response.json().await.expect("JSON");
        assert_eq!(body["errors"][0]["extensions"]["code"], "BAD_REQUEST");
    }
    let url = format!(
        "/graphql?query={}",
        query["query"].as_str().expect("a query").replace(' ', "%20")
    );
    let response = app.request(Method::GET, &url).send().await.expect("the server answers");
    assert_eq!(response.status(), 405);
    assert_eq!(response.headers()["allow"], "POST");
    assert_eq!(count::<entity::verification::Entity>(app.db()).await, 0);
}

#[on_both_databases]
async fn missing_variable_runs_nothing_at_all(database: Database) {
    let app = TestApp::start(&database).await;
    let register = format!("register(input:{{email:\"ada@example.com\",password:\"{PASSWORD}\"}}){{codeLength}}");
    let document =
        format!("mutation($input:ActivateInput!){{{register} signOut{{__typename}} a:__typename @include(if:true) }}");
    let unused = app.send(&document, json!({})).await;
    unused.has_top_level_error("BAD_USER_INPUT");
    for (variables, expected) in [
        (json!({}), "BAD_USER_INPUT"),
        (json!({ "input": null }), "BAD_USER_INPUT"),
        (json!({ "input": {} }), "BAD_USER_INPUT"),
        (
            json!({ "input": { "email": "ada@example.com", "password": 1 } }),
            "BAD_USER_INPUT",
        ),
        (
            json!({ "input": { "email": "ada@example.com", "password": PASSWORD, "more": 1 } }),
            "BAD_USER_INPUT",
        ),
        (json!({ "input": [] }), "BAD_USER_INPUT"),
        (json!({ "input": "ada" }), "BAD_USER_INPUT"),
    ] {
        let query = "mutation($input:RegisterInput!){signOut{userErrors{code}} register(input:$input){codeLength}}";
        let answer = app.send(query, variables.clone()).await;
        answer.has_top_level_error(expected).without_data();
    }
    assert_eq!(count::<entity::verification::Entity>(app.db()).await, 0);
}

#[on_both_databases]
async fn missing_argument_runs_nothing(database: Database) {
    let app = TestApp::start(&database).await;
    let token = app.register_and_activate("ada@example.com", PASSWORD).await;
    for query in [
        "mutation($e:String){signOut{__typename} signIn(input:{email:$e,password:\"x\"}){__typename}}",
        "mutation($i:SignInInput){signOut{__typename} signIn(input:$i){__typename}}",
        "mutation($i:SignInInput){signOut{__typename} ...F} fragment F on Mutation{signIn(input:$i){__typename}}",
    ] {
        let answer = app.bearer(&token).send(query, json!({})).await;
        let code = answer.outcome();
        assert!(
            ["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"].contains(&code),
            "{answer:?}"
        );
        answer.has_top_level_error(code).without_data();
        app.bearer(&token).me().await.is_active();
    }
    let query = "mutation($e:String=\"ada@example.com\"){signIn(input:{email:$e,password:\"x\"}){userErrors{code}}}";
    app.send(query, json!({})).await.fails_with("INVALID_CREDENTIALS");
}

#[on_both_databases]
async fn multiplied_fields_are_rejected(database: Database) {
    let app = TestApp::start(&database).await;
    let leaf = "signOut{__typename} ".repeat(200);
    let query =
        format!("mutation{{...A ...A ...A}} fragment A on Mutation{{...B ...B ...B}} fragment B on Mutation{{{leaf}}}");
    let answer = app.bearer("dead").send(&query, json!({})).await;
    answer.has_top_level_error("BAD_REQUEST").status(400).bound("fields");
    let lists = "{me{a:sessions{nodes{id}} ...F}} fragment F on User{b:sessions{nodes{id}} c:sessions{nodes{id}}}";
    let answer = app.bearer("dead").send(lists, json!({})).await;
    answer.has_top_level_error("BAD_REQUEST").status(400).bound("lists");
    let unknown = app.send(&format!("{{{}}}", "nothing ".repeat(400)), json!({})).await;
    assert_eq!(unknown.body["errors"].as_array().map(Vec::len), Some(10));
}

#[on_both_databases]
async fn introspection_can_be_off(database: Database) {
    for introspection in [true, false] {
        let app = TestApp::with(&database, |app| app.introspection = introspection).await;
        for query in [
            "{__schema{types{name}}}",
            "{__type(name:\"User\"){name}}",
            "{...F} fragment F on Query{__schema{types{name}}}",
        ] {
            let answer = app.send(query, json!({})).await;
            assert_eq!(answer.outcome() == "OK", introspection, "{answer:?}");
            assert_eq!(answer.body.to_string().contains("User"), introspection, "{query}");
        }
        let misspelled = app.send("{registrationPolicies{codeLength}}", json!({})).await;
        misspelled.has_top_level_error("GRAPHQL_VALIDATION_FAILED");
        assert_eq!(misspelled.body.to_string().contains("Did you mean"), introspection);
        let schema = app
            .request(Method::GET, "/schema.graphql")
            .send()
            .await
            .expect("the server answers");
        assert_eq!(schema.status().as_u16(), if introspection { 200 } else { 404 });
        // `__typename` is not introspection.
        assert_eq!(app.send("{__typename}", json!({})).await.payload(), "Query");
        app.stop().await;
    }
}

#[on_both_databases]
async fn parse_error_quotes_nothing_of_the_request(database: Database) {
    let app = TestApp::start(&database).await;
    let query = format!("mutation{{register(input:{{email:\"a@b.c\",password:\"{PASSWORD}\"}}){{codeLength");
    let answer = app.send(&query, json!({})).await;
    answer.has_top_level_error("GRAPHQL_PARSE_FAILED");
    assert!(!answer.body.to_string().contains(PASSWORD), "{}", answer.body);
}

#[on_both_databases]
async fn invalid_operations_have_their_error_codes(database: Database) {
    let app = TestApp::start(&database).await;
    for (query, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{nothing}", "GRAPHQL_VALIDATION_FAILED"),
        ("query a{me{id}} query b{me{id}}", "OPERATION_RESOLUTION_FAILURE"),
        ("{a:b:c}", "GRAPHQL_PARSE_FAILED"),
    ] {
        let answer = app.send(query, json!({})).await;
        answer.has_top_level_error(code).status(200).without_data();
    }
    let response = app
        .request(Method::POST, "/graphql")
        .json(&json!({ "query": "query a{me{id}}", "operationName": "b" }))
        .header("accept", "application/graphql-response+json")
        .send()
        .await
        .expect("the server answers");
    assert_eq!(response.status(), 400);
    assert_eq!(
        response.headers()["content-type"],
        "application/graphql-response+json; charset=utf-8"
    );
}

#[on_both_databases]
async fn fragment_bomb_and_deep_nesting_are_rejected(database: Database) {
    let app = TestApp::start(&database).await;
    let fragment = |n| format!(" fragment A{n} on Query{{...A{0} ...A{0}}}", n + 1);
    let fragments = (0..24).map(fragment).collect::<Vec<_>>().concat();
    let bomb = format!("query{{...A0}}{fragments} fragment A24 on Query{{__typename}}");
    let nested = format!("{{f(a:{}", "[".repeat(20_000));
    for (query, bound) in [(bomb, "fragmentSpreads"), (nested, "nesting")] {
        let answer = app.send(&query, json!({})).await;
        answer.has_top_level_error("BAD_REQUEST").status(400).bound(bound);
    }
}

#[on_both_databases]
async fn batches_and_large_bodies_are_rejected(database: Database) {
    let app = TestApp::start(&database).await;
    for (body, status) in [
        (json!([{ "query": "{me{id}}" }]).to_string(), 400),
        (
            json!({ "query": format!("{{me{{id}}}} #{}", "x".repeat(64 * 1024)) }).to_string(),
            413,
        ),
        ("{".to_owned(), 400),
        (String::new(), 400),
        (json!({ "query": 1 }).to_string(), 400),
        (json!({ "query": "{me{id}}", "variables": 1 }).to_string(), 400),
    ] {
        let response = app
            .request(Method::POST, "/graphql")
            .header("content-type", "application/json")
            .body(body.clone())
            .send()
            .await
            .expect("the server answers");
        assert_eq!(response.status(), status, "{body}");
        let answer: Value = response.json().await.expect("JSON");
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_REQUEST", "{body}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn encoded_body_is_refused_with_the_encodings_that_are_read() {
    let app = TestApp::start(&Database::sqlite()).await;
    let body = json!({ "query": "{__typename}" }).to_string();
    for (encodings, status) in [
        (vec![], 200),
        (vec!["identity"], 200),
        (vec!["Identity, identity"], 200),
        (vec![""], 200),
        (vec!["gzip"], 415),
        (vec!["br"], 415),
        (vec!["deflate"], 415),
        (vec!["zstd"], 415),
        (vec!["x-unknown"], 415),
        (vec!["identity,gzip"], 415),
        (vec!["identity", "GZIP"], 415),
    ] {
        let mut request = app
            .request(Method::POST, "/graphql")
            .header("content-type", "application/json");
        for encoding in &encodings {
            request = request.header("content-encoding", *encoding);
        }
        let response = request.body(body.clone()).send().await.expect("the server answers");
        assert_eq!(response.status(), status, "{encodings:?}");
        let accepted = response.headers().get("accept-encoding");
        assert_eq!(
            accepted.is_some_and(|accepted| accepted == "identity"),
            status == 415,
            "{encodings:?}"
        );
        let answer: Value = response.json().await.expect("JSON");
        let code = &answer["errors"][0]["extensions"]["code"];
        assert_eq!(code == "BAD_REQUEST", status == 415, "{encodings:?} {answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn persisted_query_without_document_gets_the_code_that_clients_know() {
    let app = TestApp::start(&Database::sqlite()).await;
    let hash = json!({ "persistedQuery": { "version": 1, "sha256Hash": "0" } });
    for (query, code) in [
        (None, Some("PERSISTED_QUERY_NOT_SUPPORTED")),
        (Some(""), Some("PERSISTED_QUERY_NOT_SUPPORTED")),
        (Some("{__typename}"), None),
        (Some("{"), Some("GRAPHQL_PARSE_FAILED")),
    ] {
        let body = json!({ "query": query, "extensions": hash }).to_string();
        let post = app.request(Method::POST, "/graphql").body(body);
        let post = post.header("content-type", "application/json");
        let query_parameter = query.map_or(String::new(), |query| format!("&query={query}"));
        let get = app.request(Method::GET, &format!("/graphql?extensions={hash}{query_parameter}"));
        for request in [post, get] {
            let response = request.send().await.expect("the server answers");
            let answer: Value = response.json().await.expect("JSON");
            let found = answer["errors"][0]["extensions"]["code"].as_str();
            assert_eq!(found, code, "{query:?} {answer}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_spelling_of_utf8_is_read() {
    let app = TestApp::start(&Database::sqlite()).await;
    let (json, utf16) = ("{\"query\":\"{__typename}\"}", "\u{0}{\u{0}}");
    let marked = format!("\u{feff}{json}");
    for (content_type, body, status) in [
        ("application/json", json, 200),
        ("Application/JSON;Charset=UTF-8", json, 200),
        ("application/json; charset=utf8", json, 200),
        ("application/json; charset=UTF8", json, 200),
        ("application/json; charset=\"utf-8\"", json, 200),
        ("application/json; charset=\"Utf8\"", json, 200),
        ("application/json ;charset = utf-8 ; ", json, 200),
        ("application/json", &marked, 200),
        ("application/json; charset=utf8", &marked, 200),
        ("application/json", "\u{feff}", 400),
        ("application/json", &format!("\u{feff}{marked}"), 400),
        ("application/json", &format!(" {marked}"), 400),
        ("application/json", "\u{feff}[]", 400),
        ("application/json", utf16, 400),
        ("application/json; charset=utf-16", json, 415),
        ("application/json; charset=iso-8859-1", json, 415),
        ("application/json; charset=utf-8; charset=utf-16", json, 415),
        ("application/json; charset=", json, 415),
    ] {
        let request = app
            .request(Method::POST, "/graphql")
            .header("content-type", content_type);
        let response = request.body(body.to_owned()).send().await.expect("the server answers");
        assert_eq!(response.status(), status, "{content_type} {body:?}");
    }
}

#[on_both_databases]
async fn every_response_has_an_id_and_is_not_cached(database: Database) {
    let app = TestApp::start(&database).await;
    for path in ["/", "/livez", "/readyz", "/metrics", "/schema.graphql", "/nothing"] {
        let response = app.request(Method::GET, path).send().await.expect("the server answers");
        assert_eq!(
            response.status().as_u16(),
            if path == "/nothing" { 404 } else { 200 },
            "{path}"
        );
        assert_eq!(response.headers()["cache-control"], "no-store", "{path}");
        assert!(!response.headers()["x-request-id"].is_empty(), "{path}");
    }
    let given = app
        .request(Method::GET, "/livez")
        .header("x-request-id", "abc-1")
        .send()
        .await
        .expect("the server answers");
    assert_eq!(given.headers()["x-request-id"], "abc-1");
    let hostile = app
        .request(Method::GET, "/livez")
        .header("x-request-id", "a b\"")
        .send()
        .await
        .expect("the server answers");
    assert_ne!(hostile.headers()["x-request-id"], "a b\"");
}

#[on_both_databases]
async fn cors_allows_only_localhost_by_default(database: Database) {
    let app = TestApp::start(&database).await;
    for method in [Method::PUT, Method::DELETE] {
        let response = app
            .request(method, "/graphql")
            .send()
            .await
            .expect("the server answers");
        assert_eq!(
            (response.status().as_u16(), response.headers()["allow"].as_bytes()),
            (405, &b"GET, POST"[..])
        );
        let body: Value = response.json().await.expect("JSON");
        assert_eq!(body["errors"][0]["extensions"]["code"], "BAD_REQUEST");
    }
    for (origin, allowed) in [("http://localhost:3000", true), ("https://evil.example", false)] {
        let preflight = app
            .request(Method::OPTIONS, "/graphql")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "authorization, content-type, traceparent, x-request-id",
            )
            .send()
            .await
            .expect("the server answers");
        let refused = app
            .request(Method::POST, "/graphql")
            .header("origin", origin)
            .header("content-type", "text/plain")
            .send()
            .await
            .expect("the server answers");
        for response in [preflight, refused] {
            assert_eq!(
                response.headers().contains_key("access-control-allow-origin"),
                allowed,
                "{origin}"
            );
            assert!(!response.headers().contains_key("access-control-allow-credentials"));
            let vary = response.headers().get_all("vary").iter().any(|value| {
                value
                    .to_str()
                    .is_ok_and(|value| value.to_ascii_lowercase().contains("origin"))
            });
            assert!(vary, "{origin}");
        }
    }
}
