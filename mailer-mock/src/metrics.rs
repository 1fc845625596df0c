use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::{Faults, Mailbox};

/// Counts the connections of the SMTP side.
#[derive(Clone, Debug, Default)]
pub(crate) struct Connections {
    begun: Arc<AtomicU64>,
    ended: Arc<AtomicU64>,
}

/// Held by a connection for as long as it is open.
#[derive(Debug)]
pub(crate) struct Open {
    ended: Arc<AtomicU64>,
}

impl Connections {
    pub(crate) fn begin(&self) -> Open {
        self.begun.fetch_add(1, Ordering::Relaxed);
        Open {
            ended: Arc::clone(&self.ended),
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.ended.fetch_add(1, Ordering::Relaxed);
    }
}

/// Everything that is counted, in the `OpenMetrics` text format.
pub(crate) fn text(mailbox: &Mailbox, faults: &Faults, connections: &Connections) -> String {
    // What has ended is read first: it never exceeds what has begun.
    let ended = connections.ended.load(Ordering::Relaxed);
    let begun = connections.begun.load(Ordering::Relaxed);
    let counts = mailbox.counts();
    let mut text = String::new();
    for (name, kind, help, value) in [
        (
            "mails_received",
            "counter",
            "Mails that were received.",
            counts.received,
        ),
        ("mails", "gauge", "Mails that are kept.", counts.kept as u64),
        ("mail_bytes", "gauge", "Memory that they take.", counts.bytes as u64),
        (
            "smtp_connections",
            "counter",
            "Connections of clients that send.",
            begun,
        ),
        (
            "smtp_connections_open",
            "gauge",
            "Those that are open.",
            begun.saturating_sub(ended),
        ),
        (
            "faults_fired",
            "counter",
            "Failures that were played on purpose.",
            faults.fired(),
        ),
    ] {
        let total = if kind == "counter" { "_total" } else { "" };
        let _ = write!(
            text,
            "# TYPE mailer_mock_{name} {kind}\n# HELP mailer_mock_{name} {help}\nmailer_mock_{name}{total} {value}\n"
        );
    }
    text.push_str("# EOF\n");
    text
}
