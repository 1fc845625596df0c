//! Variables of a request, hostile ones too.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Database, PASSWORD, TestApp, on_both_databases};

use crate::documents::QUICK_ANSWER;

#[on_both_databases]
async fn variables_must_match_their_declared_types(database: Database) {
    let app = TestApp::start(&database).await;
    let sign_in = "mutation($email:String!,$password:String=\"a default\"){signIn(input:{email:$email,password:$password}){userErrors{code}}}";
    let skip = "query($skip:Boolean!){registrationPolicy{codeLength @skip(if:$skip) codeTtlSeconds}}";
    for (query, variables, expected) in [
        (sign_in, json!({ "email": "ada@example.com", "password": PASSWORD }), ""),
        (
            sign_in,
            json!({ "email": "ada@example.com", "password": PASSWORD, "more": [[[{ "a": null }]]] }),
            "",
        ),
        (
            sign_in,
            json!({ "email": ["ada@example.com"], "password": PASSWORD }),
            "BAD_USER_INPUT",
        ),
        (
            sign_in,
            json!({ "email": { "a": 1 }, "password": PASSWORD }),
            "BAD_USER_INPUT",
        ),
        (
            sign_in,
            json!({ "email": true, "password": PASSWORD }),
            "BAD_USER_INPUT",
        ),
        (sign_in, json!({ "email": 1.5, "password": PASSWORD }), "BAD_USER_INPUT"),
        (
            sign_in,
            json!({ "email": null, "password": PASSWORD }),
            "BAD_USER_INPUT",
        ),
        (
            sign_in,
            json!({ "email": "ada@example.com", "password": null }),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (sign_in, json!({ "password": PASSWORD }), "BAD_USER_INPUT"),
        (sign_in, json!({ "email": "ada@example.com" }), ""),
        (skip, json!({ "skip": true }), ""),
        (skip, json!({ "skip": "true" }), "BAD_USER_INPUT"),
        (skip, json!({ "skip": 1 }), "BAD_USER_INPUT"),
        (skip, json!({ "skip": [true] }), "BAD_USER_INPUT"),
        (
            "query($v:UserStatus!){__typename}",
            json!({ "v": "ACTIVE" }),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "query($v:Nothing){__typename}",
            json!({ "v": 1 }),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "query($v:User){__typename}",
            json!({ "v": {} }),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "query($v:Boolean,$v:Boolean){__typename}",
            json!({}),
            "GRAPHQL_VALIDATION_FAILED",
        ),
    ] {
        let answer = app.send(query, variables.clone()).await;
        if expected.is_empty() {
            assert!(answer.body.get("errors").is_none(), "{answer:?}");
            assert!(answer.body.get("data").is_some(), "{answer:?}");
        } else {
            answer.has_top_level_error(expected).without_data();
        }
    }
}

#[on_both_databases]
async fn variable_of_an_unknown_type_is_an_error(database: Database) {
    let app = TestApp::start(&database).await;
    for query in [
        "query($v:[U]=[1]){me{id}}",
        "query A{__typename} query B($v:[[U!]]=[[1]]){me{id}}",
    ] {
        let request = json!({ "query": query, "operationName": query.contains(" B(").then_some("A") });
        let answer = app.request(Method::POST, "/graphql").json(&request).send().await;
        let answer: Value = answer.expect("the server answers").json().await.expect("JSON");
        assert_eq!(answer["errors"][0]["message"], "Unknown type \"U\".", "{answer}");
    }
}

/// Validation copies the value of a variable to each of its uses.
#[on_both_databases]
async fn variables_do_not_multiply(database: Database) {
    let app = TestApp::start(&database).await;
    let uses = "$v".repeat(900);
    let query = |declared: &str| format!("query{declared}{{me{{sessions(first:[{uses}]){{__typename}}}}}}");
    let (numbers, text) = (json!({ "v": vec![0; 25_000] }), json!({ "v": "a".repeat(50_000) }));
    for (declared, variables) in [("($v:[Int])", &numbers), ("($v:String)", &text)] {
        let answer = app.send(&query(declared), variables.clone()).await;
        answer
            .has_top_level_error("BAD_REQUEST")
            .status(400)
            .bound("variableBytes");
    }
    // A variable that is not declared has no value.
    for variables in [numbers, text] {
        let query = query("");
        let answer = tokio::time::timeout(QUICK_ANSWER, app.send(&query, variables))
            .await
            .expect("a quick answer");
        answer.has_top_level_error("GRAPHQL_VALIDATION_FAILED").without_data();
    }
}
