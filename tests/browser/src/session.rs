use std::future::Future;
use std::path::Path;

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::timeout;

use crate::driver::Driver;
use crate::programs::BROWSER;
use crate::timeout::TIMEOUT;

/// The screen and the color scheme of the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// A wide window.
    Desktop,
    /// A wide window in dark mode.
    DarkDesktop,
    /// A phone.
    Phone,
    /// A phone in dark mode.
    DarkPhone,
}

/// Runs a test in a new browser, and closes the browser even if the test fails.
///
/// # Panics
/// When the test does, or the browser does not start.
pub async fn in_browser<T, F>(look: Look, test: T)
where
    T: FnOnce(Client) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let profile = tempfile::tempdir().expect("a temporary folder");
    let driver = Driver::start().await;
    let mut builder = ClientBuilder::new(HttpConnector::new());
    let Value::Object(capabilities) = capabilities(look, &profile) else {
        unreachable!("it is an object");
    };
    builder.capabilities(capabilities);
    let client = builder.connect(&driver.url()).await;
    let client = client.unwrap_or_else(|error| panic!("the browser does not start: {error}"));
    // In a task, so that the browser is closed even if the test panics.
    let outcome = tokio::spawn(test(client.clone())).await;
    let _ = timeout(TIMEOUT, client.close()).await;
    driver.stop().await;
    if let Err(failure) = outcome {
        std::panic::resume_unwind(failure.into_panic());
    }
}

fn capabilities(look: Look, profile: &TempDir) -> Value {
    let profile = format!("--user-data-dir={}", Path::display(profile.path()));
    let mut arguments = vec![
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
        "--window-size=1280,940",
        &profile,
    ];
    if matches!(look, Look::DarkDesktop | Look::DarkPhone) {
        arguments.push("--blink-settings=preferredColorScheme=0");
    }
    let mut options = json!({ "args": arguments });
    if let Some(browser) = BROWSER.as_deref() {
        options["binary"] = json!(browser);
    }
    if matches!(look, Look::Phone | Look::DarkPhone) {
        let metrics = json!({ "width": 390, "height": 844, "pixelRatio": 2, "touch": true });
        options["mobileEmulation"] = json!({ "deviceMetrics": metrics });
    }
    json!({ "browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": { "browser": "ALL" } })
}
