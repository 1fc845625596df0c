use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::registry::Registry;

use crate::{Faults, Mailbox};

/// Counts the connections of the SMTP side.
#[derive(Clone, Debug, Default)]
pub(crate) struct Connections {
    accepted: Counter,
    open: Gauge,
}

/// A connection counts as open for as long as it holds this.
#[derive(Debug)]
pub(crate) struct OpenConnection {
    open: Gauge,
}

impl Connections {
    pub(crate) fn open(&self) -> OpenConnection {
        self.accepted.inc();
        self.open.inc();
        OpenConnection {
            open: self.open.clone(),
        }
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.open.dec();
    }
}

/// The current value of every metric.
pub(crate) fn registry(mailbox: &Mailbox, faults: &Faults, connections: &Connections) -> Registry {
    let gauge = |value: usize| ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
    let store = mailbox.subscribe();
    let store = store.borrow();
    let mut registry = Registry::with_prefix("mailer_mock");
    registry.register("mails_received", "Emails received", ConstCounter::new(store.received));
    registry.register("mails", "Emails in the mailbox", gauge(store.newest_first().count()));
    registry.register("mail_bytes", "Memory that the mailbox takes", gauge(store.bytes));
    registry.register(
        "smtp_connections",
        "SMTP connections accepted",
        connections.accepted.clone(),
    );
    registry.register(
        "smtp_connections_open",
        "Open SMTP connections",
        connections.open.clone(),
    );
    registry.register("faults_fired", "Fault rules fired", ConstCounter::new(faults.fired()));
    registry
}
