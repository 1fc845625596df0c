//! Puts GraphiQL into the binary, so that its page works without a network.
//!
//! `api/graphiql` names the packages. They are taken with npm, once, into cargo's own folder. Where that cannot be, the
//! build goes on, and the page loads the same files from a CDN. The variable `GRAPHIQL_FROM` decides otherwise:
//!
//! | value | GraphiQL is |
//! | --- | --- |
//! | `npm` | embedded, or the build fails |
//! | a folder | embedded, out of this `node_modules`, or the build fails; absolute, since cargo starts this in `api` |
//! | `cdn` | not embedded, and npm is not asked |

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, fs};

/// Where each file is below `node_modules`, and what `src/http/graphiql/vendor.rs` calls it.
const FILES: [(&str, &str); 4] = [
    ("react/umd/react.production.min.js", "react.js"),
    ("react-dom/umd/react-dom.production.min.js", "react-dom.js"),
    ("graphiql/graphiql.min.js", "graphiql.js"),
    ("graphiql/graphiql.min.css", "graphiql.css"),
];

/// What says which packages they are.
const PACKAGES: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];

/// How long npm may take.
const PATIENCE: Duration = Duration::from_mins(3);

fn main() {
    println!("cargo::rustc-check-cfg=cfg(graphiql_embedded)");
    println!("cargo::rerun-if-env-changed=GRAPHIQL_FROM");
    println!("cargo::rerun-if-changed=build.rs");
    for file in PACKAGES {
        println!("cargo::rerun-if-changed=graphiql/{file}");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("graphiql");
    let from = env::var("GRAPHIQL_FROM").unwrap_or_default();
    let taken = match from.as_str() {
        "cdn" => return,
        "" | "npm" => npm(&out.join("npm")).and_then(|modules| take(&modules, &out)),
        folder => {
            println!("cargo::rerun-if-changed={folder}");
            take(Path::new(folder), &out)
        }
    };
    match taken {
        Ok(()) => println!("cargo::rustc-cfg=graphiql_embedded"),
        Err(reason) if from.is_empty() => println!(
            "cargo::warning=GraphiQL is not part of this build, so its page needs the internet: {reason}. \
             To try again: touch api/build.rs; not to ask npm: GRAPHIQL_FROM=cdn"
        ),
        Err(reason) => println!("cargo::error=GRAPHIQL_FROM={from}: {reason}"),
    }
    // A hundred megabytes, of which two are used.
    let _ = fs::remove_dir_all(out.join("npm"));
}

/// Copies the files out of a `node_modules`, if the versions are those that `graphiql/package.json` names: browsers keep
/// each file for good under the name of its version.
fn take(modules: &Path, out: &Path) -> Result<(), String> {
    fs::create_dir_all(out).map_err(|error| format!("{}: {error}", out.display()))?;
    let ours = read(Path::new("graphiql/package.json"))?;
    for (file, name) in FILES {
        let package = file.split('/').next().unwrap_or_default();
        let theirs = read(&modules.join(package).join("package.json"))?;
        let (wanted, found) = (text_of(&ours, package), text_of(&theirs, "version"));
        if wanted.is_none() || wanted != found {
            let [wanted, found] = [wanted, found].map(|version| version.unwrap_or("without a version"));
            return Err(format!(
                "{} has {package} {found}, where {wanted} is wanted",
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

/// The text under a key, in JSON as npm writes it.
fn text_of<'a>(json: &'a str, key: &str) -> Option<&'a str> {
    let (_, rest) = json.split_once(&format!("\"{key}\": \""))?;
    rest.split('"').next()
}

/// Installs the packages into a folder of this build alone, and gives their `node_modules`. No script of theirs runs.
fn npm(folder: &Path) -> Result<PathBuf, String> {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for file in PACKAGES {
        fs::copy(Path::new("graphiql").join(file), folder.join(file)).map_err(|error| format!("{file}: {error}"))?;
    }
    let log = folder.join("npm.log");
    let output = fs::File::create(&log).map_err(|error| format!("{}: {error}", log.display()))?;
    let mut npm = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
        .args(["ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"])
        .args([
            "--loglevel=error",
            "--fetch-retries=1",
            "--fetch-retry-mintimeout=1000",
            "--fetch-timeout=30000",
        ])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(output)
        .spawn()
        .map_err(|error| format!("npm cannot be started ({error})"))?;
    let look = Duration::from_millis(100);
    for _ in 0..PATIENCE.as_millis() / look.as_millis() {
        match npm.try_wait() {
            Ok(None) => std::thread::sleep(look),
            Ok(Some(status)) if status.success() => return Ok(folder.join("node_modules")),
            Ok(Some(_)) => {
                let said = fs::read_to_string(&log).unwrap_or_default();
                let line = said.lines().find(|line| line.contains("error") || line.contains("ERR"));
                return Err(format!(
                    "npm ci failed ({})",
                    line.unwrap_or("it did not say why").trim()
                ));
            }
            Err(error) => return Err(format!("npm: {error}")),
        }
    }
    let _ = npm.kill();
    let _ = npm.wait();
    Err(format!("npm ci did not end within {} s", PATIENCE.as_secs()))
}
