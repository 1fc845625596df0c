//! mailer-mock from outside: over TCP, on free ports.
