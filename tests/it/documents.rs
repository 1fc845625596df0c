//! Hostile documents and JSON.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Answer, Client, Database, PASSWORD, TestApp, count, on_both_databases};

use crate::loopback;

/// Much longer than a rejection takes, and much shorter than the execution of a hostile document.
pub(crate) const QUICK_ANSWER: Duration = Duration::from_secs(5);

async fn send_quickly(client: &Client, query: &str) -> Answer {
    let answer = client.send(query, json!({}));
    tokio::time::timeout(QUICK_ANSWER, answer)
        .await
        .expect("the server answers in time")
}

/// Fragments that each spread the next one several times.
fn bomb(levels: usize, times: usize) -> String {
    let spread = |level| format!("...A{level} ").repeat(times);
    let fragment = |level| format!("fragment A{level} on Query{{{}}}", spread(level + 1));
    let fragments: Vec<_> = (0..levels).map(fragment).collect();
    format!(
        "{{...A0}} {} fragment A{levels} on Query{{__typename}}",
        fragments.concat()
    )
}

#[on_both_databases]
async fn hostile_documents_are_rejected_quickly(database: Database) {
    let app = TestApp::start(&database).await;
    let alias = |n: u32| format!("a{n}:__typename ");
    for (query, bound) in [
        (bomb(24, 2), "fragmentSpreads"),
        (bomb(9, 10), "fragmentSpreads"),
        // Just below that bound.
        (bomb(6, 3), "fields"),
        (
            format!("{{{}}}", "...{".repeat(19) + "__typename" + &"}".repeat(19)),
            "",
        ),
        (format!("{{{}}}", "...{".repeat(10_000)), "fragmentSpreads"),
        (format!("{{{}}}", (0..3_000).map(alias).collect::<String>()), "aliases"),
        (format!("{{{}}}", "a:me ".repeat(10_000)), "aliases"),
        (format!("{{__typename {}}}", "@a ".repeat(10_000)), "directives"),
        (format!("{{{}}}", "a ".repeat(10_000)), "tokens"),
        (format!("mutation{{{}}}", "signOut{__typename}".repeat(11)), "mutations"),
        // The parser reads two strings, and then the fragments.
        (
            bomb(24, 3).replace("{...A0}", "{f(a:[\"\"\"x\"])...A0}"),
            "unterminatedStrings",
        ),
        (format!("{{{}}}", "a".repeat(201)), "nameBytes"),
        ("{a".repeat(20_000), "nesting"),
        ("{".repeat(20_000), "nesting"),
        (format!("{{f(a:{}", "[".repeat(20_000)), "nesting"),
        (format!("{{f(a:{}", "{a:".repeat(20_000)), "nesting"),
        (format!("{{f{}", "(".repeat(20_000)), "nesting"),
        (format!("query($v:{}", "[".repeat(20_000)), "nesting"),
        // Two lexers may disagree about where these strings and comments end.
        (format!("{{f(a:\"\\\"\")}} #\"\r{}", "{".repeat(20_000)), "nesting"),
        (
            format!("{{f(a:\"\"\"\\\"\"\"\"\"\")}}{}", "{".repeat(20_000)),
            "nesting",
        ),
    ] {
        let answer = send_quickly(&app, &query).await;
        if bound.is_empty() {
            assert_eq!(answer.payload(), "Query");
            continue;
        }
        answer
            .has_top_level_error("BAD_REQUEST")
            .status(400)
            .bound(bound)
            .without_data();
    }
    assert_eq!(
        app.send("{registrationPolicy{codeLength}}", json!({})).await.payload()["codeLength"],
        4
    );
}

#[on_both_databases]
async fn operations_that_are_not_executed_count_too(database: Database) {
    let app = TestApp::start(&database).await;
    let small = "query Small{registrationPolicy{codeLength}}";
    // Validation expands the fragments of every operation.
    let query = format!("{small} query Large{}", bomb(6, 3));
    for name in ["Small", "Large"] {
        let request = app
            .request(Method::POST, "/graphql")
            .json(&json!({ "query": query, "operationName": name }));
        let answer = request.send().await.expect("the server answers");
        assert_eq!(answer.status(), 400, "{name}");
        let answer: Value = answer.json().await.expect("JSON");
        assert_eq!(answer["errors"][0]["extensions"]["bound"], "fields", "{answer}");
    }
}

/// Validation collects an error for each argument of each pair of fields that differ.
#[on_both_databases]
async fn errors_do_not_multiply(database: Database) {
    let app = TestApp::start(&database).await;
    let fields = format!("a({}) {}", "a:1,".repeat(300), "a ".repeat(900));
    let nested = "...{".repeat(19) + &fields + &"}".repeat(19);
    for query in [
        format!("{{__typename}} fragment F on Query{{{nested}}}"),
        "{a:__typename a:me{id}}".to_owned(),
        "{me{sessions(first:1){__typename} sessions{__typename}}}".to_owned(),
        "{me{sessions(first:1){__typename} ...{sessions(first:2){__typename}}}}".to_owned(),
    ] {
        let answer = send_quickly(&app, &query).await;
        answer.has_top_level_error("GRAPHQL_VALIDATION_FAILED").without_data();
    }
}

/// Otherwise an answer that nobody reads would keep much memory.
#[on_both_databases]
async fn errors_are_short(database: Database) {
    let app = TestApp::start(&database).await;
    let long = "a".repeat(50_000);
    let sign_in = "mutation($v:Unknown){signIn(input:$v){__typename}}";
    for request in [
        json!({ "query": "{__typename}", "operationName": long }),
        json!({ "query": sign_in, "variables": { "v": { "email": "a", "password": "b", &long: 1 } } }),
    ] {
        let answer = app.request(Method::POST, "/graphql").json(&request).send().await;
        let answer = answer.expect("the server answers").text().await.expect("text");
        assert!(
            answer.contains("\"errors\"") && answer.len() < 5_000,
            "{} bytes",
            answer.len()
        );
    }
}

#[on_both_databases]
async fn introspection_does_not_multiply(database: Database) {
    let app = TestApp::start(&database).await;
    let nested = |lists: usize| "fields{type{ofType{".repeat(lists) + "name" + &"}}}".repeat(lists);
    for selection in [
        nested(3),
        "possibleTypes{interfaces{inputFields{name}}}".to_owned(),
        "fields{args{type{inputFields{type{fields{name}}}}}}".to_owned(),
    ] {
        for query in [
            format!("{{__schema{{types{{{selection}}}}}}}"),
            format!("{{__type(name:\"Mutation\"){{...F}}}} fragment F on __Type{{{selection}}}"),
        ] {
            send_quickly(&app, &query)
                .await
                .has_top_level_error("BAD_REQUEST")
                .status(400)
                .bound("introspectionLists")
                .without_data();
        }
    }
    // As much as is allowed.
    let names: Vec<_> = (0..28).map(|number| format!("a{number}:name")).collect();
    let names = names.join(" ");
    let query = format!(
        "{{__schema{{types{{...T fields{{type{{...T ofType{{...T}}}} args{{type{{...T ofType{{...T}}}}}}}}}}}}}} \
        fragment T on __Type{{fields{{{names}}} inputFields{{name description}}}}"
    );
    let answer = send_quickly(&app, &query).await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.to_string().len() < 500_000);
}

#[on_both_databases]
async fn answers_have_a_bound(database: Database) {
    let app = TestApp::start(&database).await;
    let session = app.register_and_activate("ada@example.com", PASSWORD).await;
    let ada = app.bearer(&session);
    let aliases: Vec<_> = (0..28).map(|number| format!("a{number}:userAgent")).collect();
    let aliases = aliases.join(" ");
    let long = |number: u32| format!("{}{number}:id ", "a".repeat(198));
    let long = (10..38).map(long).collect::<String>();
    for query in [
        format!("{{me{{sessions{{nodes{{...F}}edges{{node{{...F}}}}}}}}}} fragment F on UserSession{{{aliases}}}"),
        format!("{{me{{sessions{{nodes{{{long}}}}}}}}}"),
        "{a:__schema{types{name}} b:__schema{types{name}} c:__schema{types{name}}}".to_owned(),
    ] {
        let answer = send_quickly(&ada, &query).await;
        answer
            .has_top_level_error("BAD_REQUEST")
            .status(400)
            .bound("answerBytes")
            .without_data();
    }
    // Everything about a user.
    let all = "sessions(first:50){nodes{id createdAt lastUsedAt expiresAt userAgent network}} \
        events(first:50){nodes{id kind createdAt network userAgent}}";
    let me = format!("{{me{{id email status createdAt activatedAt locale {all}}}}}");
    assert_eq!(ada.send(&me, json!({})).await.payload()["email"], "ada@example.com");
}

#[on_both_databases]
async fn strings_and_comments_do_not_count_toward_bounds(database: Database) {
    let app = TestApp::start(&database).await;
    let password = format!("correct horse {} {}@:", "...".repeat(25), "[{(".repeat(10));
    let literal = format!(
        "mutation{{register(input:{{email:\"a@example.com\",password:\"{password}\"}}){{userErrors{{code}}}}}}"
    );
    let block = format!(
        "mutation{{register(input:{{email:\"b@example.com\",password:\"\"\"{password}\"\"\"}}){{userErrors{{code}}}}}}"
    );
    let variable = "mutation($p:String!){register(input:{email:\"c@example.com\",password:$p}){userErrors{code}}}";
    app.send(&literal, json!({})).await.succeeds();
    app.send(&block, json!({})).await.succeeds();
    app.send(variable, json!({ "p": password })).await.succeeds();
    // All three spellings are the same password.
    for email in ["a@example.com", "b@example.com", "c@example.com"] {
        app.sign_in(email, &password).await.fails_with("NOT_ACTIVATED");
    }
    let comment = format!("{{__typename}} # {}", "...A @a a:b {[(".repeat(1_000));
    assert_eq!(app.send(&comment, json!({})).await.payload(), "Query");
}

#[on_both_databases]
async fn string_escapes_are_decoded_or_rejected(database: Database) {
    let app = TestApp::start(&database).await;
    for (escaped, accepted) in [
        ("correct horse \\u00e4\\t\\\"\\\\", true),
        // The parser does not support surrogate pairs and braces. It must reject them instead of misreading them.
        ("correct horse \\uD83E\\uDD80", false),
        ("correct horse \\u{1F980}", false),
        ("correct horse \\uD83E", false),
        ("correct horse \\uDD80\\uD83E", false),
        ("correct horse \\u{110000}", false),
        ("correct horse \\u{D83E}", false),
        ("correct horse \\u{", false),
        ("correct horse \\uZZZZ", false),
        ("correct horse \\x", false),
    ] {
        let query = format!(
            "mutation{{signIn(input:{{email:\"ada@example.com\",password:\"{escaped}\"}}){{userErrors{{code}}}}}}"
        );
        let answer = send_quickly(&app, &query).await;
        if accepted {
            answer.fails_with("INVALID_CREDENTIALS");
        } else {
            answer.has_top_level_error("GRAPHQL_PARSE_FAILED");
        }
    }
}

#[on_both_databases]
async fn cached_document_still_runs_the_named_operation(database: Database) {
    let app = TestApp::start(&database).await;
    let query = "query Policy{registrationPolicy{codeLength}} query Who{me{id}}";
    // The second time, the document is cached.
    for _ in 0..2 {
        for (name, expected) in [
            (
                json!("Policy"),
                json!({ "data": { "registrationPolicy": { "codeLength": 4 } } }),
            ),
            (json!("Who"), json!({ "data": { "me": null } })),
        ] {
            let request = app
                .request(Method::POST, "/graphql")
                .json(&json!({ "query": query, "operationName": name }));
            let answer = request.send().await.expect("the server answers");
            assert_eq!(answer.json::<Value>().await.expect("JSON"), expected);
        }
        app.send(query, json!({}))
            .await
            .has_top_level_error("OPERATION_RESOLUTION_FAILURE");
    }
}

#[on_both_databases]
async fn hostile_json_is_rejected(database: Database) {
    let app = TestApp::start(&database).await;
    let variables = |value: &str| format!("{{\"query\":\"{{__typename}}\",\"variables\":{{\"a\":{value}}}}}");
    for (body, status) in [
        (variables(&("[".repeat(20_000) + &"]".repeat(20_000))), 400),
        (variables(&("{\"a\":".repeat(8_000) + "1" + &"}".repeat(8_000))), 400),
        (variables("1e999"), 400),
        (variables("\"\\ud800\""), 400),
        (variables("NaN"), 400),
        (variables(&"9".repeat(400)), 400),
        (variables("\"\\u0000\""), 200),
        (variables(&format!("[{}1]", "1,".repeat(30_000))), 200),
        ("{\"query\":\"{__typename}\",\"query\":\"{me{id}}\"}".to_owned(), 200),
        ("\u{feff}{\"query\":\"{__typename}\"}".to_owned(), 200),
    ] {
        let request = app
            .request(Method::POST, "/graphql")
            .header("content-type", "application/json");
        let response = request.body(body.clone()).send().await.expect("the server answers");
        assert_eq!(response.status(), status, "{:?}", body.get(..80));
        let answer: Value = response.json().await.expect("JSON");
        assert_eq!(
            answer["errors"][0]["extensions"]["code"] == "BAD_REQUEST",
            status == 400,
            "{answer}"
        );
    }
    // Invalid UTF-8.
    let request = app
        .request(Method::POST, "/graphql")
        .header("content-type", "application/json");
    let response = request
        .body(b"{\"query\":\"{\xff}\"}".to_vec())
        .send()
        .await
        .expect("the server answers");
    assert_eq!(response.status(), 400);
    assert_eq!(count::<entity::verification::Entity>(app.db()).await, 0);
    assert_eq!(app.at(loopback(2)).me().await.payload(), &json!(null));
}
