//! The mailbox page in a real browser.

mod accessible;
mod canary;
mod code;
mod hostile;
mod live;
mod page;
mod search;

use browser::{Look, in_browser};
use page::Page;
