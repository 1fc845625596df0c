//! The public schema and its documentation.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tests::{Database, TestApp};

/// After an intended change, run `cargo run -- schema > api/schema.graphql`.
#[test]
fn committed_schema_matches_the_server() {
    let committed = include_str!("../../api/schema.graphql");
    assert_eq!(committed, api::graphql::sdl());
}

const EVERYTHING: &str = "{ __schema {
    types { name description
        fields(includeDeprecated: true) { name description args { name description } }
        inputFields { name description }
        enumValues(includeDeprecated: true) { name description } }
    directives { name description args { name description } } } }";

async fn schema() -> Value {
    let app = TestApp::start(&Database::sqlite()).await;
    app.send(EVERYTHING, json!({})).await.payload().clone()
}

/// The path and description of a schema element and of everything below it.
fn parts(path: &str, part: &Value) -> Vec<(String, String)> {
    let path = format!("{path}/{}", part["name"].as_str().expect("a name"));
    let below = ["fields", "args", "inputFields", "enumValues"].map(|list| part[list].as_array());
    let below = below.into_iter().flatten().flatten();
    let below = below.flat_map(|part| parts(&path, part)).collect::<Vec<_>>();
    let description = part["description"].as_str().unwrap_or_default();
    [vec![(path, description.to_owned())], below].concat()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_schema_element_has_a_description() {
    let schema = schema().await;
    let lists = ["types", "directives"].map(|list| schema[list].as_array().expect("a list"));
    let parts: Vec<_> = lists.into_iter().flatten().flat_map(|part| parts("", part)).collect();
    // The GraphQL library defines these elements.
    let theirs = |path: &str| {
        ["/__", "/ID", "/include", "/skip"]
            .iter()
            .any(|name| path.starts_with(name))
    };
    let ours = parts.iter().filter(|(path, _)| !theirs(path));
    assert!(ours.clone().count() > 70, "{parts:?}");
    let undescribed: Vec<_> = ours
        .filter(|(_, text)| text.trim().len() < 10)
        .map(|(path, _)| path)
        .collect();
    assert_eq!(undescribed, [""; 0]);
}

/// The error codes in backticks.
fn codes(text: &str) -> BTreeSet<&str> {
    let quoted = text.split('`').skip(1).step_by(2);
    quoted
        .filter(|word| word.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mutations_list_the_documented_codes() {
    let schema = schema().await;
    let types = schema["types"].as_array().expect("types");
    let named = |name: &str| types.iter().find(|of| of["name"] == name).expect("a type");

    let errors = include_str!("../../docs/errors.md");
    let row = |name: &str| errors.lines().find(|line| line.starts_with(&format!("| `{name}` |")));
    let mut listed = BTreeMap::new();
    for mutation in named("Mutation")["fields"].as_array().expect("fields") {
        let name = mutation["name"].as_str().expect("a name");
        let text = mutation["description"].as_str().expect("a description");
        let (_, text) = text
            .split_once("\n\nCodes: ")
            .unwrap_or_else(|| panic!("{name} lists no codes"));
        let row = row(name).unwrap_or_else(|| panic!("docs/errors.md has no row for {name}"));
        assert_eq!(codes(text), codes(row), "{name}");
        assert!(
            text.replace('\n', " ").contains("so a client needs a default."),
            "{name}"
        );
        listed.insert(name, codes(text));
    }
    assert_eq!(listed.len(), 13);

    // Each code is used by a mutation and documented.
    let values = named("UserErrorCode")["enumValues"].as_array().expect("values");
    let values: BTreeSet<_> = values
        .iter()
        .map(|value| value["name"].as_str().expect("a name"))
        .collect();
    assert_eq!(values, listed.into_values().flatten().collect());
    let undocumented: Vec<_> = values.into_iter().filter(|code| row(code).is_none()).collect();
    assert_eq!(undocumented, [""; 0]);
}
