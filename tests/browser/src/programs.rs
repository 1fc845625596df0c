//! The browser and its driver, which must have the same version.

use std::process::Command;
use std::sync::LazyLock;

const BROWSERS: [&str; 5] = [
    "google-chrome",
    "google-chrome-stable",
    "chromium",
    "chromium-browser",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// `$CHROMEDRIVER`, or the program on the `PATH`.
pub(crate) static DRIVER: LazyLock<String> =
    LazyLock::new(|| std::env::var("CHROMEDRIVER").unwrap_or_else(|_| "chromedriver".to_owned()));

/// `$CHROME`, or the first browser that has the version of the driver. The driver alone takes the first browser.
pub(crate) static BROWSER: LazyLock<Option<String>> = LazyLock::new(|| {
    let version = major_version(&DRIVER);
    let same_version = || BROWSERS.into_iter().find(|name| major_version(name) == version);
    std::env::var("CHROME")
        .ok()
        .or_else(|| same_version().map(str::to_owned))
});

fn major_version(program: &str) -> Option<u32> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let number = text
        .split(|c: char| !c.is_ascii_digit())
        .find(|part| !part.is_empty())?;
    number.parse().ok()
}
