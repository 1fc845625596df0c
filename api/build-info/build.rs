//! Finds the commit and the date of a release build. A debug build has neither: otherwise each commit would rebuild it.

use std::env;
use std::path::Path;

#[path = "src/source.rs"]
mod source;

fn main() {
    for file in ["build.rs", "src/source.rs"] {
        println!("cargo::rerun-if-changed={file}");
    }
    for variable in [source::COMMIT, source::DATE] {
        println!("cargo::rerun-if-env-changed={variable}");
    }
    let folder = Path::new(".");
    let description = if env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        for file in source::git_files(folder) {
            println!("cargo::rerun-if-changed={file}");
        }
        source::describe(folder, |name| env::var(name).ok())
    } else {
        "debug build".to_owned()
    };
    println!("cargo::rustc-env=BUILD_DESCRIPTION={description}");
}
