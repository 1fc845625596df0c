//! Files use each other in one direction, and so do the modules of the server, as `docs/architecture.md` says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::slice;

/// What only connects the others: the crate itself, its program, and what tests and benchmarks may use.
const NO_MODULES: [&str; 3] = ["", "main", "testing"];

/// The names of a path such as `super::worker::MailWorker`, or of a module; none for the crate itself.
type Names = Vec<String>;

/// What the code of a file names, without tests and comments.
#[derive(Default)]
struct File {
    paths: Vec<Names>,
    /// The paths in `pub use`: their last names are also names of this module.
    reexports: Vec<Names>,
}

impl File {
    fn parse(text: &str) -> Self {
        let text = text.replace("(in crate::", "(");
        let code = text.split("\nmod tests {").next().unwrap_or_default();
        let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        let mut file = Self::default();
        for statement in lines.collect::<Vec<_>>().join("\n").split(';') {
            let paths = paths(statement);
            let mut lines = statement.lines();
            if lines.any(|line| line.starts_with("pub") && line.contains(" use ")) {
                file.reexports.extend(paths.clone());
            }
            file.paths.extend(paths);
        }
        file
    }
}

/// The paths in code, without the new names after `as`. `a::{b, c}` are two; no list contains another.
fn paths(code: &str) -> Vec<Names> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let (mut paths, mut before_list, mut previous) = (Vec::new(), "", "");
    for word in code.split_inclusive(|c| !is_part(c)) {
        let name = word.trim_end_matches(|c| !is_part(c));
        let path = format!("{before_list}{name}");
        if word.ends_with("::{") {
            before_list = name;
        } else if !name.is_empty() && ![previous, name].contains(&"as") && path.contains("::") {
            paths.push(path.split("::").map(str::to_owned).collect());
        }
        if word.ends_with('}') {
            before_list = "";
        }
        previous = name;
    }
    paths
}

fn read_folder(folder: &Path, module: &[String], files: &mut BTreeMap<Names, File>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("a name");
        let is_root = ["lib", "mod"].contains(&stem) || stem == "main" && !folder.join("lib.rs").exists();
        let name = (!is_root).then(|| stem.to_owned());
        let module: Names = module.iter().cloned().chain(name).collect();
        if path.is_dir() && stem == "bin" {
            // Programs are crates of their own.
        } else if path.is_dir() {
            read_folder(&path, &module, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !stem.ends_with("tests") {
            files.insert(module, File::parse(&fs::read_to_string(&path).expect("a source file")));
        }
    }
}

/// The file that a path in a module leads to. `None` if the path begins in another crate or in the module itself.
fn target(files: &BTreeMap<Names, File>, module: &[String], path: &[String]) -> Option<Names> {
    let is_child = |module: &[String], name: &String| files.contains_key(&[module, slice::from_ref(name)].concat());
    let mut target = module.to_vec();
    if !["crate", "super", "self"].contains(&path[0].as_str()) && !is_child(&target, &path[0]) {
        return None;
    }
    for name in path {
        match name.as_str() {
            "crate" => target.clear(),
            "super" => _ = target.pop(),
            "self" => {}
            _ if is_child(&target, name) => target.push(name.clone()),
            _ => {
                let reexports = files.get(&target).map(|file| &file.reexports);
                let reexport = reexports.and_then(|paths| paths.iter().find(|path| path.last() == Some(name)));
                let origin = reexport.and_then(|path| self::target(files, &target, path));
                return origin.or(Some(target));
            }
        }
    }
    Some(target)
}

/// The files of a crate, and which others each of them uses.
fn uses(source: &str) -> BTreeMap<Names, BTreeSet<Names>> {
    let mut files = BTreeMap::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    read_folder(&root.join(source), &[], &mut files);
    let uses = files.iter().map(|(module, file)| {
        let used = file.paths.iter().filter_map(|path| target(&files, module, path));
        (module.clone(), used.filter(|used| used != module).collect())
    });
    uses.collect()
}

#[test]
fn no_two_files_import_each_other() {
    for source in [
        "api/src",
        "api/breached-passwords/src",
        "api/http-server/src",
        "entity/src",
        "mailer-mock/src",
        "migration/src",
        "tests/src",
        "tests/src/bin/bench",
        "tests/src/bin/ha",
        "tests/browser/src",
    ] {
        let uses = uses(source);
        assert!(uses.values().any(|used| !used.is_empty()), "{source}: {uses:#?}");
        let pairs = uses
            .iter()
            .flat_map(|(file, used)| used.iter().map(move |other| (file, other)));
        let mutual: Vec<_> = pairs
            .filter(|(file, other)| file < other && uses[*other].contains(*file))
            .collect();
        assert!(mutual.is_empty(), "{source}: these import each other: {mutual:#?}");
    }
}

#[test]
fn modules_form_no_cycle() {
    let mut modules: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let first = |names: &Names| names.first().cloned().unwrap_or_default();
    for (file, used) in uses("api/src") {
        modules.entry(first(&file)).or_default().extend(used.iter().map(first));
    }
    modules.retain(|module, _| !NO_MODULES.contains(&module.as_str()));
    assert!(modules.len() > 25, "{modules:#?}");
    assert!(modules["accounts"].contains("database"), "{modules:#?}");
    // Without a cycle, some module uses none of those that are left.
    loop {
        let left: BTreeSet<_> = modules.keys().cloned().collect();
        modules.retain(|module, used| used.iter().any(|other| other != module && left.contains(other)));
        if modules.len() == left.len() {
            break;
        }
    }
    assert!(modules.is_empty(), "these are in a cycle, or use one: {modules:#?}");
}
