use std::future::Future;
use std::net::Ipv4Addr;
use std::path::Path;

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
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

/// On a busy machine, one of some thousand browsers ends by itself while it loads its first page.
const MAX_STARTS: usize = 3;

/// Runs a test in a new browser, and closes the browser even if the test fails.
///
/// # Panics
/// When the test does, or the browser does not start.
pub async fn in_browser<T, F>(look: Look, test: T)
where
    T: FnOnce(Client) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let (driver, client, _profile) = start(|profile| capabilities(look, profile)).await;
    // In a task, so that the browser is closed even if the test panics.
    let outcome = tokio::spawn(test(client.clone())).await;
    let _ = timeout(TIMEOUT, client.close()).await;
    driver.stop().await;
    if let Err(failure) = outcome {
        std::panic::resume_unwind(failure.into_panic());
    }
}

/// Starts a browser that has loaded a page.
async fn start(capabilities: impl Fn(&TempDir) -> Value) -> (Driver, Client, TempDir) {
    let mut failures = Vec::new();
    for _ in 0..MAX_STARTS {
        let profile = tempfile::tempdir().expect("a temporary folder");
        let driver = Driver::start().await;
        match connect(&driver, capabilities(&profile)).await {
            Ok(client) => return (driver, client, profile),
            Err(error) => failures.extend([error, driver.stop().await]),
        }
    }
    panic!(
        "the browser ended {MAX_STARTS} times before it had loaded a page:\n{}",
        failures.join("\n")
    );
}

async fn connect(driver: &Driver, capabilities: Value) -> Result<Client, String> {
    let mut builder = ClientBuilder::new(HttpConnector::new());
    if let Value::Object(capabilities) = capabilities {
        builder.capabilities(capabilities);
    }
    let client = builder.connect(&driver.url()).await;
    let client = client.map_err(|error| error.to_string())?;
    let (url, server) = serve_first_page().await;
    let loaded = client.goto(&url).await;
    server.abort();
    loaded.map_err(|error| error.to_string())?;
    Ok(client)
}

/// Serves a page for which the browser loads nothing else, not even an icon.
async fn serve_first_page() -> (String, JoinHandle<()>) {
    const ANSWER: &[u8] =
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<link rel=icon href=data:,>";
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    let address = listener.local_addr().expect("a bound port");
    let server = tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = [0; 4096];
                if connection.read(&mut request).await.is_ok_and(|read| read > 0) {
                    let _ = connection.write_all(ANSWER).await;
                }
            });
        }
    });
    (format!("http://{address}/first"), server)
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

#[cfg(test)]
mod tests {
    /// `./tests/run quick` leaves these out by the name of the module.
    mod browser {
        use std::fs::{self, Permissions};
        use std::os::unix::fs::PermissionsExt;

        use super::super::*;

        /// Starts a shell script in place of the browser. It has the name of a new file in `$starts`.
        async fn start_script(text: &str) -> (Driver, Client, TempDir) {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let (file, starts) = (folder.path().join("browser"), folder.path().join("starts"));
            fs::write(&file, format!("#!/bin/sh\nstarts={}\n{text}\n", starts.display())).expect("a script");
            fs::set_permissions(&file, Permissions::from_mode(0o755)).expect("a program");
            start(|profile| {
                let mut capabilities = capabilities(Look::Desktop, profile);
                capabilities["goog:chromeOptions"]["binary"] = json!(file);
                capabilities
            })
            .await
        }

        #[tokio::test]
        async fn browser_that_ends_is_started_again() {
            let program = BROWSER.as_deref().unwrap_or(Path::new("chromium"));
            let script = format!(
                "echo start >>$starts; if [ $(wc -l <$starts) -lt 3 ]; then exit 1; fi; exec {} \"$@\"",
                program.display()
            );
            let (driver, client, _profile) = start_script(&script).await;
            let url = client.current_url().await.expect("a page");
            assert_eq!(url.path(), "/first");
            client.close().await.expect("it closes");
            driver.stop().await;
        }

        #[tokio::test]
        #[should_panic(expected = "the browser ended 3 times before it had loaded a page")]
        async fn browser_that_always_ends_is_reported() {
            start_script("exit 1").await;
        }
    }
}
