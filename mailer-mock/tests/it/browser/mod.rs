//! The page in a real browser: Chromium, driven through `WebDriver`. `./tests/run` brings both along; `$CHROME` and
//! `$CHROMEDRIVER` name others.

mod accessible;
mod canary;
mod code;
mod driver;
mod hostile;
mod live;
mod page;
mod search;

use driver::{Look, in_browser};
use page::Page;
