//! GraphiQL in a browser.

mod credentials;
mod flow;
mod looks;
mod mailbox;
mod modules;
mod workbench;

use workbench::Workbench;
