//! Pictures for the documentation, taken on the way.

use std::path::{Path, PathBuf};

use crate::Page;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// The folder for pictures, when `SCREENSHOTS` asks for some.
#[must_use]
pub fn screenshots() -> Option<PathBuf> {
    let folder = std::env::var_os("SCREENSHOTS")?;
    Some(Path::new(ROOT).join(folder))
}

impl Page {
    /// Takes a picture, when some are asked for, of the page at rest: nothing moves, and nothing has the focus.
    ///
    /// # Panics
    /// When it cannot be written.
    pub async fn screenshot(&self, name: &str) {
        let Some(folder) = screenshots() else {
            return;
        };
        self.ask("[document.activeElement.blur(), ...document.getAnimations().map((it) => it.finish())]")
            .await;
        let image = self.client.screenshot().await.expect("a picture");
        let file = folder.join(name);
        std::fs::write(&file, image).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
}
