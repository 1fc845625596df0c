//! `examples/web`: its own tests, its types against the schema, and the application in a browser.

mod browser;

use std::path::{Path, PathBuf};

use tests::succeeds;
use tokio::process::Command;
use tokio::sync::OnceCell;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/web");

/// Runs a script of its `package.json` without the `pre` script, which would generate the same file in every test at once.
async fn run(script: &str, arguments: &[&str]) {
    let mut npm = Command::new("npm");
    npm.args(["run", "--ignore-scripts", script, "--"])
        .args(arguments)
        .current_dir(FOLDER)
        // The values in its files count, not those of this machine.
        .env_remove("VITE_API_URL")
        .env_remove("SCHEMA");
    succeeds(&mut npm).await;
}

/// Generates the types from the schema, once for all tests.
async fn generate() {
    static GENERATED: OnceCell<()> = OnceCell::const_new();
    GENERATED.get_or_init(|| run("generate", &[])).await;
}

/// The folder with the application, built once for all tests.
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

/// As in a project that copied the folder.
#[tokio::test]
async fn copy_outside_the_repository_says_which_schema_it_needs() {
    let copy = tempfile::tempdir().expect("a temporary folder");
    for name in ["package.json", "codegen.ts", "src", "node_modules"] {
        std::os::unix::fs::symlink(Path::new(FOLDER).join(name), copy.path().join(name)).expect("a link");
    }
    for empty in [false, true] {
        let mut npm = Command::new("npm");
        npm.args(["run", "dev"]).current_dir(copy.path()).env_remove("SCHEMA");
        if empty {
            npm.env("SCHEMA", "");
        }
        let output = npm.output().await.expect("npm runs");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{told}");
        let expected = "There is no ../../api/schema.graphql here. Set SCHEMA to your copy or to a server";
        assert!(told.contains(expected), "{told}");
        assert!(!told.contains("    at "), "{told}");
    }
}

#[tokio::test]
async fn unit_tests_pass() {
    generate().await;
    run("test", &[]).await;
}

#[tokio::test]
async fn types_match_the_schema() {
    generate().await;
    run("typecheck", &[]).await;
}
