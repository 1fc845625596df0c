//! mailer-mock from outside: over TCP, on free ports.

mod binary;
mod browser;
mod faults;
mod http;
mod http_cors;
mod http_events;
mod http_faults;
mod http_names;
mod http_openapi;
mod http_wait;
mod lifecycle;
mod mailbox;
mod manual;
mod page;
mod real_clients;
mod smtp_commands;
mod smtp_content;
mod smtp_library;
mod smtp_limits;
mod smtp_login;
mod smtp_tls;
mod support;
