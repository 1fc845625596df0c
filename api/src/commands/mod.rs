//! The commands for operators: they parse, call a use case and print.

pub mod users;

mod output;
