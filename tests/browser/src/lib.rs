//! Pages in a real browser: Chromium, controlled through `WebDriver`. `./tests/run` installs both; `$CHROME` and
//! `$CHROMEDRIVER` name others.
//!
//! ```ignore
//! in_browser(Look::Desktop, async move |client| {
//!     let page = Page::open(client, "http://127.0.0.1:8000/").await;
//!     page.click("#save").await;
//!     page.eventually("it is saved", "text('#said') === 'Saved'").await;
//!     page.is_accessible("document", "saved").await;
//! })
//! .await;
//! ```

mod accessible;
mod conditions;
mod console;
mod driver;
mod driver_command;
mod page;
mod port;
mod programs;
mod refusal;
mod screenshot;
mod session;
mod timeout;
mod variable;

pub use fantoccini::Client;
pub use fantoccini::key::Key;
pub use page::Page;
pub use port::Port;
pub use refusal::refuse_until;
pub use screenshot::screenshots;
pub use session::{Look, in_browser};
