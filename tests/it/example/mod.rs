//! `examples/web`: its own tests, its types against those of the client, and the application in a browser.

mod browser;

use std::path::{Path, PathBuf};

use tests::succeeds;
use tokio::process::Command;
use tokio::sync::OnceCell;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/web");

/// Runs a script of its `package.json`.
async fn run(script: &str, arguments: &[&str]) {
    let mut npm = Command::new("npm");
    npm.args(["run", script, "--"])
        .args(arguments)
        .current_dir(FOLDER)
        // The values in its files count, not those of this machine.
        .env_remove("VITE_API_URL");
    succeeds(&mut npm).await;
}

/// The folder with the application, built once for all tests.
async fn built() -> &'static Path {
    static BUILT: OnceCell<PathBuf> = OnceCell::const_new();
    BUILT.get_or_init(build).await
}

async fn build() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("example");
    let name = folder.to_str().expect("a path in UTF-8");
    run("build", &["--outDir", name, "--emptyOutDir", "--logLevel=warn"]).await;
    folder
}

/// As in a project that copied the folder, and installed the client as a package.
#[tokio::test]
async fn copy_outside_the_repository_builds_with_the_packed_client() {
    let copy = tempfile::tempdir().expect("a temporary folder");
    let tarball = crate::js_client::pack(copy.path()).await;
    for name in [
        "package.json",
        "vite.config.ts",
        "tsconfig.json",
        "index.html",
        "src",
        "public",
        ".env",
    ] {
        succeeds(
            Command::new("cp")
                .arg("-R")
                .arg(name)
                .arg(copy.path())
                .current_dir(FOLDER),
        )
        .await;
    }
    let modules = copy.path().join("node_modules");
    let client = modules.join("account-client");
    std::fs::create_dir_all(&client).expect("a folder");
    for entry in std::fs::read_dir(Path::new(FOLDER).join("node_modules")).expect("the packages are installed") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name");
        if name != "account-client" {
            std::os::unix::fs::symlink(&path, modules.join(name)).expect("a link");
        }
    }
    let strip = ["--strip-components=1", "--file", &tarball, "--directory"];
    succeeds(Command::new("tar").arg("--extract").args(strip).arg(&client)).await;
    for script in ["typecheck", "build"] {
        succeeds(Command::new("npm").args(["run", script]).current_dir(copy.path())).await;
    }
    assert!(copy.path().join("dist/index.html").is_file());
}

#[tokio::test]
async fn unit_tests_pass() {
    run("test", &[]).await;
}

#[tokio::test]
async fn types_match_the_client() {
    run("typecheck", &[]).await;
}
