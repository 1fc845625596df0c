//! The harness of the end-to-end tests: the real server on a free port, with its own database, a manual clock, and a
//! mailer-mock behind real SMTP.

mod account;
mod account_codes;
mod answer;
mod app;
mod client;
mod clock;
mod collector;
mod core;
mod database;
mod installation;
mod outcome;
mod passwords;
mod postgres;
mod process;
mod programs;
mod proxy;
mod receiver;
mod statement_log;
mod unprivileged;

pub use self::core::{TestCore, client, credentials};
pub use answer::{Answer, Answers, Failure};
pub use app::{TestApp, TestAppBuilder, eventually, wrong_code};
pub use client::Client;
pub use clock::ManualClock;
pub use collector::{Collector, ReceivedSpan};
pub use database::{Database, count, waiting_transactions};
pub use installation::{Installation, within};
pub use outcome::Outcome;
pub use passwords::{OTHER_PASSWORD, PASSWORD};
pub use postgres::Postgres;
pub use process::{Process, binary};
pub use programs::{git, succeeds};
pub use proxy::Proxy;
pub use receiver::{OTHER_WEBHOOK_KEY, Received, Receiver, Reply, WEBHOOK_KEY};
pub use statement_log::{StatementLog, generic_plan};
pub use test_macros::on_both_databases;
pub use unprivileged::{drop_privileges, give_away, take_back};
