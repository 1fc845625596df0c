//! GraphiQL in a browser.

mod credentials;
mod failures;
mod flow;
mod life;
mod looks;
mod mailbox;
mod modules;
mod next_steps;
mod workbench;

use workbench::Workbench;
