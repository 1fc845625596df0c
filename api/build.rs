//! Embeds GraphiQL in the binary, so that its page works offline.
//!
//! `api/graphiql` lists the packages. npm installs them into cargo's own folder. If that fails, the build continues,
//! and the page loads the same files from a CDN. The environment variable `GRAPHIQL_FROM` changes this:
//!
//! | value | meaning |
//! | --- | --- |
//! | `npm` | embed GraphiQL, or fail the build |
//! | a folder | embed GraphiQL from this `node_modules`, or fail the build; an absolute path, because cargo runs this in `api` |
//! | `cdn` | do not embed GraphiQL, and do not run npm |

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

/// The path of each file in `node_modules`, and its name in `src/http/graphiql/vendor.rs`.
const FILES: [(&str, &str); 4] = [
    ("react/umd/react.production.min.js", "react.js"),
    ("react-dom/umd/react-dom.production.min.js", "react-dom.js"),
    ("graphiql/graphiql.min.js", "graphiql.js"),
    ("graphiql/graphiql.min.css", "graphiql.css"),
];

/// The files that npm needs to install the packages.
const MANIFEST: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];

fn main() {
    println!("cargo::rustc-check-cfg=cfg(graphiql_embedded)");
    println!("cargo::rerun-if-env-changed=GRAPHIQL_FROM");
    println!("cargo::rerun-if-changed=build.rs");
    for file in MANIFEST {
        println!("cargo::rerun-if-changed=graphiql/{file}");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("graphiql");
    let from = env::var("GRAPHIQL_FROM").unwrap_or_default();
    let embedded = match from.as_str() {
        "cdn" => return,
        "" | "npm" => install(&out.join("npm")).and_then(|modules| copy(&modules, &out)),
        folder => {
            println!("cargo::rerun-if-changed={folder}");
            copy(Path::new(folder), &out)
        }
    };
    match embedded {
        Ok(()) => println!("cargo::rustc-cfg=graphiql_embedded"),
        Err(reason) if from.is_empty() => println!(
            "cargo::warning=GraphiQL is not part of this build, so its page needs the internet: {reason}. \
             To retry, run `touch api/build.rs`. To build without npm, set GRAPHIQL_FROM=cdn."
        ),
        Err(reason) => println!("cargo::error=GRAPHIQL_FROM={from}: {reason}"),
    }
    // The packages take 100 MB, and the build needs 2 MB of them.
    let _ = fs::remove_dir_all(out.join("npm"));
}

/// Copies the files from `node_modules`, if their versions are those of `graphiql/package.json`. Browsers cache each
/// file forever under a URL with its version.
fn copy(modules: &Path, out: &Path) -> Result<(), String> {
    fs::create_dir_all(out).map_err(|error| format!("{}: {error}", out.display()))?;
    let ours = read(Path::new("graphiql/package.json"))?;
    for (file, name) in FILES {
        let package = file.split('/').next().unwrap_or_default();
        let theirs = read(&modules.join(package).join("package.json"))?;
        let (expected, actual) = (text_of(&ours, package)?, text_of(&theirs, "version")?);
        if expected != actual {
            return Err(format!(
                "{} has {package} {actual}, but package.json requires {expected}",
                modules.display()
            ));
        }
        let from = modules.join(file);
        fs::copy(&from, out.join(name)).map_err(|error| format!("{}: {error}", from.display()))?;
    }
    Ok(())
}

fn read(file: &Path) -> Result<String, String> {
    fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}

/// The text of a key in JSON that npm formatted.
fn text_of<'a>(json: &'a str, key: &str) -> Result<&'a str, String> {
    let text = json
        .split_once(&format!("\"{key}\": \""))
        .and_then(|(_, rest)| rest.split('"').next());
    text.ok_or_else(|| format!("a package.json has no {key}"))
}

/// Installs the packages into a folder of this build, without running their scripts. Returns their `node_modules`.
fn install(folder: &Path) -> Result<PathBuf, String> {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for file in MANIFEST {
        fs::copy(Path::new("graphiql").join(file), folder.join(file)).map_err(|error| format!("{file}: {error}"))?;
    }
    let npm = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
        .args(["ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"])
        // npm itself gives up on a registry that does not answer.
        .args([
            "--loglevel=error",
            "--fetch-retries=1",
            "--fetch-retry-mintimeout=1000",
            "--fetch-timeout=30000",
        ])
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("cannot run npm ({error})"))?;
    if npm.status.success() {
        return Ok(folder.join("node_modules"));
    }
    let output = String::from_utf8_lossy(&npm.stderr);
    let mut lines = output.lines();
    let line = lines.find(|line| line.contains("error") || line.contains("ERR"));
    Err(format!("npm ci failed ({})", line.unwrap_or("without a reason").trim()))
}
