//! What a browser can be set to: the size of its window, its media features, its network, and scripts.

use serde_json::{Value, json};

use crate::Page;
use crate::driver_command::DriverCommand;

impl Page {
    /// Gives the window this size in CSS pixels. A zoomed page has a small window.
    pub async fn resize(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.emulate("setDeviceMetricsOverride", size).await;
    }

    /// Sets a media feature, such as `forced-colors` to `active`.
    pub async fn prefers(&self, feature: &str, value: &str) {
        let features = json!({ "features": [{ "name": feature, "value": value }] });
        self.emulate("setEmulatedMedia", features).await;
    }

    /// Shows the page as it is printed.
    pub async fn as_printed(&self) {
        self.emulate("setEmulatedMedia", json!({ "media": "print" })).await;
    }

    /// Loads the page again without its scripts. Expressions still work.
    ///
    /// # Panics
    /// When it does not load.
    pub async fn reload_without_scripts(&self) {
        self.emulate("setScriptExecutionDisabled", json!({ "value": true }))
            .await;
        self.client.refresh().await.expect("it loads");
    }

    async fn emulate(&self, method: &str, parameters: Value) {
        let command = json!({ "cmd": format!("Emulation.{method}"), "params": parameters });
        let done = self.client.issue_cmd(DriverCommand::new("goog/cdp/execute", command));
        done.await.unwrap_or_else(|error| panic!("{method}: {error}"));
    }
}
