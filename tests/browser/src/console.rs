//! The console of the browser: script errors, policy violations and failed requests.

use serde_json::{Value, json};

use crate::Page;
use crate::driver_command::DriverCommand;

impl Page {
    /// Returns the warnings and errors since the last call.
    ///
    /// # Panics
    /// When `chromedriver` fails.
    pub async fn complaints(&self) -> Vec<String> {
        let command = DriverCommand::new("se/log", json!({ "type": "browser" }));
        let log = self.client.issue_cmd(command).await.expect("a log");
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
