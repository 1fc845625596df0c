//! The browser and its driver, which must have the same version.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use crate::variable::path_variable;

const BROWSERS: [&str; 5] = [
    "google-chrome",
    "google-chrome-stable",
    "chromium",
    "chromium-browser",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// `$CHROMEDRIVER`, or the program on the `PATH`.
pub(crate) static DRIVER: LazyLock<PathBuf> =
    LazyLock::new(|| path_variable("CHROMEDRIVER").unwrap_or_else(|| "chromedriver".into()));

/// `$CHROME`, or the first browser that has the version of the driver. The driver alone would take the first browser.
pub(crate) static BROWSER: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
    path_variable("CHROME").or_else(|| {
        let version = major_version(&DRIVER)?;
        let path = std::env::var_os("PATH")?;
        let folders: Vec<_> = std::env::split_paths(&path).collect();
        let mut programs = BROWSERS
            .iter()
            .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
        programs.find(|program| major_version(program) == Some(version))
    })
});

fn major_version(program: &Path) -> Option<u32> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let number = text
        .split(|c: char| !c.is_ascii_digit())
        .find(|part| !part.is_empty())?;
    number.parse().ok()
}
