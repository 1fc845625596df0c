//! The mailbox page in a real browser.

mod accessible;
mod canary;
mod code;
mod deletion;
mod fields;
mod hostile;
mod html_view;
mod leaving;
mod links;
mod live;
mod looks;
mod odd_conditions;
mod page;
mod proxy;
mod search;
mod sub_path;
mod unread;

use browser::{Look, in_browser};
use page::Page;
