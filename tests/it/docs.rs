//! The documentation names existing tests, shows tested code and lists every setting.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use api::settings::Settings;
use clap::{Args, Command};

fn is_tested(name: &str) -> bool {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![folder.join("it"), folder.join("../api/src")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.iter().any(|file| {
        let text = fs::read_to_string(file).expect("a source file");
        text.contains(&format!("fn {name}("))
    })
}

#[test]
fn threat_model_names_only_existing_tests() {
    let text = include_str!("../../docs/security.md");
    let quoted = text.split('`').skip(1).step_by(2);
    // Only tests have names of four words or more.
    let names: BTreeSet<&str> = quoted
        .filter(|quoted| quoted.matches('_').count() >= 3 && !quoted.contains(|c: char| c.is_uppercase() || c == ' '))
        .collect();
    assert!(names.len() > 30, "{names:?}");
    let missing: Vec<_> = names.into_iter().filter(|name| !is_tested(name)).collect();
    assert_eq!(missing, [""; 0]);

    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let quoted = text.split('`').skip(1).step_by(2);
    for file in quoted.filter(|quoted| Path::new(quoted).extension().is_some_and(|of| of == "rs")) {
        let there = folder.join("it").join(file).exists() || folder.join("..").join(file).exists();
        assert!(there, "{file}");
    }
}

/// The code blocks of a document, each with the file that the line above it links to.
fn snippets(document: &str) -> Vec<(&str, String)> {
    let lines: Vec<&str> = document.lines().collect();
    let fences: Vec<usize> = (0..lines.len())
        .filter(|line| lines[*line].starts_with("```"))
        .collect();
    let blocks = fences.chunks(2).filter(|fences| lines[fences[0]] != "```mermaid");
    blocks
        .map(|fences| {
            let [start, end] = *fences else {
                panic!("a code block has no end")
            };
            let above = lines[..start]
                .iter()
                .rev()
                .find(|line| !line.is_empty())
                .expect("a line");
            let file = above.strip_prefix('[').and_then(|line| line.split_once("](../"));
            let (file, _) = file.unwrap_or_else(|| panic!("line {start} names no file: {above}"));
            (file, lines[start + 1..end].join("\n"))
        })
        .collect()
}

/// The lines without their common indentation.
fn outdented(lines: &[&str]) -> String {
    let indented = lines.iter().filter(|line| !line.is_empty());
    let indent = indented
        .map(|line| line.len() - line.trim_start().len())
        .min()
        .unwrap_or(0);
    let lines: Vec<&str> = lines
        .iter()
        .map(|line| line.get(indent..).unwrap_or_default())
        .collect();
    lines.join("\n")
}

fn contains(file: &str, snippet: &str) -> bool {
    let lines: Vec<&str> = file.lines().collect();
    let height = snippet.lines().count();
    height > 0 && lines.windows(height).any(|window| outdented(window) == snippet)
}

#[test]
fn frontend_guide_shows_only_tested_code() {
    let guide = include_str!("../../docs/frontend.md");
    let snippets = snippets(guide);
    assert!(snippets.len() > 15, "{snippets:?}");
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for (file, snippet) in snippets {
        let is_tested = ["tests/clients/", "clients/js/README.md", "clients/js/src/"];
        assert!(
            is_tested.iter().any(|tested| file.starts_with(tested)),
            "{file} is not run by a test"
        );
        let text = fs::read_to_string(repository.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(contains(&text, &snippet), "{file} does not contain:\n{snippet}");
    }
    assert!(contains("a {\n    b\n\n      c\n}", "b\n\n  c") && !contains("a {\n    b\n    c\n}", "b\n  c"));
}

#[test]
fn reference_lists_every_setting_with_its_default() {
    let reference = include_str!("../../docs/reference.md");
    let rows = reference.lines().filter_map(|line| line.strip_prefix("| `"));
    let rows: Vec<_> = rows.filter_map(|row| row.split_once("` | ")).collect();
    for arg in Settings::augment_args(Command::new("api")).get_arguments() {
        let name = arg.get_env().and_then(|name| name.to_str()).expect("a variable");
        let row = rows.iter().find(|(variable, _)| *variable == name);
        let (_, row) = row.unwrap_or_else(|| panic!("{name} is missing"));
        if let [default] = arg.get_default_values() {
            let default = default.to_str().expect("a default in ASCII");
            assert!(row.starts_with(&format!("`{default}` |")), "{name}: {row}");
        }
    }
}

#[test]
fn webhook_guide_shows_the_tested_receiver() {
    let guide = include_str!("../../docs/webhooks.md");
    assert!(guide.contains(include_str!("../clients/webhooks.mjs").trim()));
}
