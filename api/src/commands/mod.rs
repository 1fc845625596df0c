//! The commands for operators: they parse, call a use case and print.

pub mod after_restore;
pub mod doctor;
pub mod mail;
pub mod users;
pub mod webhooks;

mod output;
