//! The console of the browser: script errors, policy violations and failed requests.

use fantoccini::wd::WebDriverCompatibleCommand;
use hyper::Method;
use serde_json::{Value, json};
use url::{ParseError, Url};

use crate::Page;

impl Page {
    /// Returns the warnings and errors since the last call.
    ///
    /// # Panics
    /// When `chromedriver` fails.
    pub async fn complaints(&self) -> Vec<String> {
        let log = self.client.issue_cmd(ReadConsole).await.expect("a log");
        let entries = log.as_array().expect("a list").iter();
        entries
            .filter(|entry| entry["level"] == "SEVERE" || entry["level"] == "WARNING")
            .filter_map(|entry| entry["message"].as_str().map(str::to_owned))
            .collect()
    }

    /// Returns the origins that the page has loaded anything from, its own included.
    pub async fn origins(&self) -> Value {
        self.ask(
            "[...new Set(['navigation', 'resource'].flatMap((type) => performance.getEntriesByType(type))
                .map(({ name }) => new URL(name)).filter(({ protocol }) => protocol !== 'data:')
                .map(({ origin }) => origin))].sort()",
        )
        .await
    }
}

/// A command that only `chromedriver` has.
#[derive(Debug)]
struct ReadConsole;

impl WebDriverCompatibleCommand for ReadConsole {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}
