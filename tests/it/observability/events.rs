//! `docs/LOGGING.md` lists what the code logs, and nothing else.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use api::metrics::Step;

const GUIDE: &str = include_str!("../../../docs/LOGGING.md");

/// The sources below a folder.
fn sources(folder: &Path) -> Vec<String> {
    let mut sources = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources.extend(self::sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push(fs::read_to_string(path).expect("a source"));
        }
    }
    sources
}

/// The string literals at the beginning of a text, until its parenthesis ends.
fn literals(text: &str) -> Vec<String> {
    let (mut literals, mut depth, mut chars) = (Vec::new(), 1, text.chars());
    while depth > 0 {
        match chars.next().expect("a closed macro") {
            '(' => depth += 1,
            ')' => depth -= 1,
            '"' => {
                let mut literal = String::new();
                loop {
                    match chars.next().expect("a closed string") {
                        '"' => break,
                        '\\' => {
                            // A line that continues.
                            chars.next();
                            let rest = chars.as_str().trim_start();
                            chars = rest.chars();
                        }
                        other => literal.push(other),
                    }
                }
                literals.push(literal);
            }
            _ => {}
        }
    }
    literals
}

/// A message whose arguments are replaced by an ellipsis.
fn pattern(message: &str) -> String {
    let mut parts = message.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + "…" + part.split_once('}').map_or("", |(_, rest)| rest)
    })
}

/// The level and message of each event in the code.
fn logged() -> BTreeSet<(String, String)> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folders = ["api/src", "api/http-server/src"].map(|folder| repository.join(folder));
    let mut events = BTreeSet::new();
    for source in folders.iter().flat_map(|folder| sources(folder)) {
        for level in ["error", "warn", "info", "debug"] {
            for call in source.split(&format!("tracing::{level}!(")).skip(1) {
                let message = literals(call).pop().expect("a message");
                events.insert((level.to_uppercase(), pattern(&message)));
            }
        }
    }
    events
}

/// The level and message of each row of the guide.
fn documented() -> BTreeSet<(String, String)> {
    let rows = GUIDE.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| ")?.split(" | ");
        Some((cells.next()?.to_owned(), cells.next()?.to_owned()))
    });
    rows.filter(|(level, _)| ["ERROR", "WARN", "INFO", "DEBUG"].contains(&level.as_str()))
        .collect()
}

#[test]
fn guide_lists_every_event() {
    let (logged, documented) = (logged(), documented());
    assert!(logged.len() > 40, "{logged:#?}");
    let undocumented: Vec<_> = logged.difference(&documented).collect();
    assert!(undocumented.is_empty(), "{undocumented:#?}");
    let unknown: Vec<_> = documented.difference(&logged).collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
}

#[test]
fn guide_lists_every_step() {
    let rows: Vec<_> = GUIDE.lines().filter_map(|line| line.strip_prefix("| `")).collect();
    for step in Step::ALL {
        let row = format!("{}` | ", step.name());
        assert!(rows.iter().any(|line| line.starts_with(&row)), "{}", step.name());
    }
    let text = "a \\\n    b";
    assert_eq!(
        literals(&format!("\"{text}\", (1), \"two\") \"three\"")),
        ["a b", "two"]
    );
    assert_eq!(pattern("{a} is {b:?}"), "… is …");
}
