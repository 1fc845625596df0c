use std::future::Future;
use std::path::Path;
use std::process::Stdio;

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::PATIENCE;

/// What the browser shows the page on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// A wide window.
    Desktop,
    /// A wide window of somebody who likes it dark.
    DarkDesktop,
    /// A phone.
    Phone,
    /// A phone of somebody who likes it dark.
    DarkPhone,
}

/// Runs a test in a browser of its own, which is gone afterwards, also when the test fails.
///
/// # Panics
/// When the test does, or no browser starts.
pub async fn in_browser<T, F>(look: Look, test: T)
where
    T: FnOnce(Client) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let profile = tempfile::tempdir().expect("a temporary folder");
    let (mut driver, url) = start_driver().await;
    let mut builder = ClientBuilder::new(HttpConnector::new());
    let Value::Object(capabilities) = capabilities(look, &profile) else {
        unreachable!("it is an object");
    };
    builder.capabilities(capabilities);
    let client = builder.connect(&url).await.expect("Chromium starts");
    // In a task, so that the browser is closed also when the test panics.
    let outcome = tokio::spawn(test(client.clone())).await;
    let _ = timeout(PATIENCE, client.close()).await;
    let _ = driver.kill().await;
    if let Err(failure) = outcome {
        std::panic::resume_unwind(failure.into_panic());
    }
}

async fn start_driver() -> (Child, String) {
    let program = std::env::var("CHROMEDRIVER").unwrap_or_else(|_| "chromedriver".to_owned());
    let mut driver = Command::new(&program)
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap_or_else(|error| panic!("{program}: {error}: run the tests with ./tests/run"));
    let mut lines = BufReader::new(driver.stdout.take().expect("it is piped")).lines();
    let port = loop {
        let line = timeout(PATIENCE, lines.next_line()).await.expect("in time");
        let line = line.expect("it is open").expect("it says its port");
        if let Some((_, port)) = line.split_once("successfully on port ") {
            break port.trim_end_matches('.').to_owned();
        }
    };
    // What it says later must find a reader.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    (driver, format!("http://127.0.0.1:{port}"))
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
    if let Ok(chrome) = std::env::var("CHROME") {
        options["binary"] = json!(chrome);
    }
    if matches!(look, Look::Phone | Look::DarkPhone) {
        let metrics = json!({ "width": 390, "height": 844, "pixelRatio": 2, "touch": true });
        options["mobileEmulation"] = json!({ "deviceMetrics": metrics });
    }
    json!({ "browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": { "browser": "ALL" } })
}
