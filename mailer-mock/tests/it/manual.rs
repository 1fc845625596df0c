//! The manual in `docs` is complete. `real_clients::manual` runs its examples, and the documentation tests run those in
//! Rust.

use std::process::Command;

use serde_json::Value;

pub(crate) const MANUAL: &str = include_str!("../../../docs/mailer-mock.md");

#[test]
fn has_every_flag_and_variable() {
    let help = Command::new(env!("CARGO_BIN_EXE_mailer-mock"))
        .arg("--help")
        .output()
        .expect("the process starts");
    let help = String::from_utf8(help.stdout).expect("text");
    let flags: Vec<&str> = help.split_whitespace().filter(|word| word.starts_with("--")).collect();
    let variables = help.split(['[', ']']).filter_map(|part| part.strip_prefix("env: "));
    let variables: Vec<&str> = variables.map(|variable| variable.trim_end_matches('=')).collect();
    assert!(flags.len() >= 6 && variables.len() == 5, "{flags:?} {variables:?}");
    for name in flags.into_iter().chain(variables) {
        let name = name.trim_end_matches([',', ':', '.']);
        assert!(MANUAL.contains(&format!("`{name}")), "{name}");
    }
}

#[test]
fn has_every_route() {
    let document: Value = serde_json::from_str(include_str!("../../openapi.json")).expect("JSON");
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for method in methods.as_object().expect("methods").keys() {
            let route = format!("`{} {path}", method.to_uppercase());
            let ends = |rest: &str| rest.starts_with(['`', '?']);
            assert!(MANUAL.split(&route).skip(1).any(ends), "{route}");
        }
    }
}

#[test]
fn has_every_field_and_stage_of_a_fault() {
    let document: Value = serde_json::from_str(include_str!("../../openapi.json")).expect("JSON");
    let fault = &document["components"]["schemas"]["Fault"]["properties"];
    let stages = fault["stage"]["enum"].as_array().expect("stages");
    let fields = fault.as_object().expect("fields").keys().map(String::as_str);
    for name in fields.chain(stages.iter().filter_map(Value::as_str)) {
        assert!(MANUAL.contains(&format!("`{name}`")), "{name}");
    }
}
