//! `examples/web`: its own tests, whether it still fits the schema, and how it does in a browser.

mod browser;

use std::path::{Path, PathBuf};

use tests::succeeds;
use tokio::process::Command;
use tokio::sync::OnceCell;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/web");

/// Runs a script of its `package.json`, without the one that npm would run before it: they all would generate the same
/// file at the same time.
async fn run(script: &str, arguments: &[&str]) {
    let mut npm = Command::new("npm");
    npm.args(["run", "--ignore-scripts", script, "--"])
        .args(arguments)
        .current_dir(FOLDER)
        // What stands in its files holds, whatever the machine has set.
        .env_remove("VITE_API_URL")
        .env_remove("SCHEMA");
    succeeds(&mut npm).await;
}

/// Generates the types from the schema, once for all tests.
async fn generate() {
    static GENERATED: OnceCell<()> = OnceCell::const_new();
    GENERATED.get_or_init(|| run("generate", &[])).await;
}

/// The folder with the built application, which is built once for all tests.
async fn built() -> &'static Path {
    static BUILT: OnceCell<PathBuf> = OnceCell::const_new();
    BUILT.get_or_init(build).await
}

async fn build() -> PathBuf {
    generate().await;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("example");
    let name = folder.to_str().expect("a path in UTF-8");
    run("build", &["--outDir", name, "--emptyOutDir", "--logLevel=warn"]).await;
    folder
}

#[tokio::test]
async fn its_own_tests_pass() {
    generate().await;
    run("test", &[]).await;
}

#[tokio::test]
async fn its_types_fit_the_schema() {
    generate().await;
    run("typecheck", &[]).await;
}
