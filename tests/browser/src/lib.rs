//! A page in a real browser: Chromium, driven through `WebDriver`. `./tests/run` brings both along; `$CHROME` and
//! `$CHROMEDRIVER` name others.
//!
//! ```ignore
//! in_browser(Look::Desktop, async move |client| {
//!     let page = Page::open(client, "http://127.0.0.1:8000/").await;
//!     page.click("#save").await;
//!     page.eventually("it says so", "text('#said') === 'Saved'").await;
//!     page.is_accessible("document", "saved").await;
//! })
//! .await;
//! ```

mod accessible;
mod console;
mod driver;
mod page;
mod refusal;
mod screenshot;

use std::time::Duration;

pub use driver::{Look, in_browser};
pub use fantoccini::Client;
pub use fantoccini::key::Key;
pub use page::Page;
pub use refusal::refuse_until;
pub use screenshot::screenshots;

/// How long anything may take that is expected to happen. Nothing takes so long unless it is broken.
pub const PATIENCE: Duration = Duration::from_secs(20);
