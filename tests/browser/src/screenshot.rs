//! Screenshots for the documentation, taken while the tests run.

use std::path::{Path, PathBuf};

use crate::Page;
use crate::variable::path_variable;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Returns the folder that `SCREENSHOTS` names, if it is set.
#[must_use]
pub fn screenshots() -> Option<PathBuf> {
    path_variable("SCREENSHOTS").map(|folder| Path::new(ROOT).join(folder))
}

impl Page {
    /// Takes a screenshot, if `SCREENSHOTS` is set, without animations and focus.
    ///
    /// # Panics
    /// When the file cannot be written.
    pub async fn screenshot(&self, name: &str) {
        let Some(folder) = screenshots() else {
            return;
        };
        self.ask("document.activeElement.blur()").await;
        self.finish_animations().await;
        let image = self.client.screenshot().await.expect("a screenshot");
        let file = folder.join(name);
        std::fs::write(&file, image).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
}
