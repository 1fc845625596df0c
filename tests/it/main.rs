//! The end-to-end tests: the real server, over HTTP and SMTP, on both databases.

mod account;
mod account_events;
mod activate;
mod after_restore;
mod allowed_hosts;
mod audits;
mod bad_input;
mod bloat;
mod breached_passwords;
mod chunked_bodies;
mod client_limit;
mod clock;
mod connection_limits;
mod crashes;
mod credentials;
mod database_outages;
mod deployment;
mod docs;
mod doctor;
mod documents;
mod email_change;
mod email_look;
mod emails;
mod enumeration;
mod example;
mod flow;
mod graphiql;
mod haproxy;
mod harness;
mod headers;
mod interleavings;
mod js_client;
mod key_rotation;
mod lock_order;
mod log_output;
mod mail_outages;
mod mailbox_page;
mod mails;
mod me;
mod migrations;
mod mixed_changes;
mod module_graph;
mod observability;
mod odd_mail_servers;
mod one_operation;
mod outbox;
mod overload;
mod password_examples;
mod password_limits;
mod password_reset;
mod previous_version;
mod private_files;
mod process;
mod rate_limits;
mod real_clients;
mod register;
mod replicas;
mod resend;
mod schema;
mod schema_lint;
mod secret_files;
mod secret_key;
mod sessions;
mod settings;
mod slow_clients;
mod start_up_errors;
mod stopping;
mod supervision;
mod sweep;
mod transport;
mod users;
mod variables;
mod verifications;
mod webhooks;
mod wrong_tries;

use std::time::Duration;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A loopback address in the network 127.0.N.0/24.
fn loopback(network: u8) -> std::net::IpAddr {
    [127, 0, network, 1].into()
}
