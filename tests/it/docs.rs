//! What the documentation says of the tests.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn is_tested(name: &str) -> bool {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let unit_tests = ["graphql/bounds.rs", "graphql/cost.rs"].map(|file| folder.join("../api/src").join(file));
    let files = fs::read_dir(folder.join("it")).expect("the folder of this file");
    let files = files.map(|file| file.expect("an entry").path());
    files.chain(unit_tests).any(|file| {
        let text = fs::read_to_string(file).expect("a source file");
        text.contains(&format!("fn {name}("))
    })
}

#[test]
fn the_tests_that_the_threat_model_names_are_there() {
    let text = include_str!("../../docs/security.md");
    let quoted = text.split('`').skip(1).step_by(2);
    // A sentence in snake case is what only tests have for a name.
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
