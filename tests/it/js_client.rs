//! `clients/js`: its own tests, and its types against the schema.

use std::path::Path;

use tests::succeeds;
use tokio::process::Command;
use tokio::sync::OnceCell;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../clients/js");

async fn run(script: &str) {
    let mut npm = Command::new("npm");
    npm.args(["run", script]).current_dir(FOLDER).env_remove("SCHEMA");
    succeeds(&mut npm).await;
}

/// Builds the package, once for all tests.
pub(crate) async fn built() {
    static BUILT: OnceCell<()> = OnceCell::const_new();
    BUILT.get_or_init(|| run("build")).await;
}

/// Packs the package into a folder, and returns the path of the archive.
pub(crate) async fn pack(folder: &Path) -> String {
    built().await;
    let mut npm = Command::new("npm");
    // Without scripts, because other tests use the built files meanwhile.
    npm.args(["pack", "--ignore-scripts", "--silent", "--pack-destination"])
        .arg(folder)
        .current_dir(FOLDER);
    let output = npm.output().await.expect("npm runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let name = String::from_utf8(output.stdout).expect("a name");
    folder.join(name.trim()).to_str().expect("a path in UTF-8").to_owned()
}

#[tokio::test]
async fn unit_tests_and_package_pass() {
    built().await;
    run("test").await;
}

#[tokio::test]
async fn generated_types_match_the_schema() {
    run("check").await;
}
