//! mailer-mock over TCP, on free ports.

mod binary;
mod browser;
mod codes;
mod faults;
mod html;
mod http;
mod http_allowed_hosts;
mod http_cors;
mod http_events;
mod http_faults;
mod http_openapi;
mod http_wait;
mod lifecycle;
mod mailbox;
mod manual;
mod mime;
mod page;
mod real_clients;
mod smtp_commands;
mod smtp_content;
mod smtp_lettre;
mod smtp_limits;
mod smtp_login;
mod smtp_tls;
mod support;
