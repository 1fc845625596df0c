//! The modules of the server use each other in one direction, as `docs/architecture.md` says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// What only connects the others: the crate itself, its program, and what tests and benchmarks may use.
const NO_MODULES: [&str; 3] = ["lib", "main", "testing"];

/// Adds what the modules in a folder use. `module` is that of the folder; directly in `src`, each file is one.
fn read_folder(folder: &Path, module: Option<&str>, uses: &mut BTreeMap<String, BTreeSet<String>>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("a name");
        let module = module.unwrap_or(stem);
        if path.is_dir() {
            read_folder(&path, Some(module), uses);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !stem.ends_with("tests") {
            let text = fs::read_to_string(&path).expect("a source file");
            let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
            uses.entry(module.to_owned()).or_default().extend(used(code));
        }
    }
}

/// The modules that code names with `crate::`.
fn used(code: &str) -> Vec<String> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let names = |text: &str| {
        let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
        text[..end].to_owned()
    };
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code = lines.collect::<Vec<_>>().join("\n");
    let mut used = Vec::new();
    for rest in code.split("crate::").skip(1) {
        match rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
            Some((list, _)) => used.extend(list.split(',').map(|item| names(item.trim()))),
            None => used.push(names(rest)),
        }
    }
    used
}

#[test]
fn modules_form_no_cycle() {
    let mut uses = BTreeMap::new();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/src");
    read_folder(&source, None, &mut uses);
    uses.retain(|module, _| !NO_MODULES.contains(&module.as_str()));
    assert!(uses.len() > 25, "{uses:#?}");
    assert!(uses["accounts"].contains("database"), "{uses:#?}");
    // Without a cycle, some module uses none of those that are left.
    loop {
        let left: BTreeSet<_> = uses.keys().cloned().collect();
        uses.retain(|module, used| used.iter().any(|other| other != module && left.contains(other)));
        if uses.len() == left.len() {
            break;
        }
    }
    assert!(uses.is_empty(), "these are in a cycle, or use one: {uses:#?}");
}
