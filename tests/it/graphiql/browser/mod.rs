//! It in a browser, as somebody uses it who has never seen it.

mod credentials;
mod flow;
mod looks;
mod mailbox;
mod modules;
mod workbench;

use workbench::Workbench;
