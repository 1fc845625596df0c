//! The connections to the mail server.
//!
//! lettre keeps a connection for the next mail also when the sending of a mail was broken off. The answer that was waited
//! for would then be read as the answer to that next mail, which may be refused and yet be taken for sent. So whoever
//! breaks off has all connections replaced.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lettre::transport::smtp::{AsyncSmtpTransportBuilder, PoolConfig};
use lettre::{AsyncSmtpTransport, Tokio1Executor};

/// How long connecting may take.
const CONNECTING: Duration = Duration::from_secs(10);

/// A pool of connections that can be replaced. Clones share it.
#[derive(Clone)]
pub(super) struct Transport {
    builder: AsyncSmtpTransportBuilder,
    current: Arc<Mutex<AsyncSmtpTransport<Tokio1Executor>>>,
}

/// Replaces the connections when it is dropped before the mail was answered. It has to be dropped before the sending.
pub(super) struct Unfinished<'a>(&'a Transport);

impl Transport {
    /// The server of a URL in the form that lettre reads. No connection is made yet.
    pub(super) fn to(url: &str, connections: u32) -> Result<Self, String> {
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|_| "SMTP_URL: expected smtp://HOST:PORT or smtps://USER:PASSWORD@HOST:PORT".to_owned())?
            .timeout(Some(CONNECTING))
            .pool_config(PoolConfig::new().max_size(connections));
        let current = Arc::new(Mutex::new(builder.clone().build()));
        Ok(Self { builder, current })
    }

    /// What to send the next mail through.
    pub(super) fn current(&self) -> AsyncSmtpTransport<Tokio1Executor> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Watches over a sending.
    pub(super) fn renewed_unless_finished(&self) -> Unfinished<'_> {
        Unfinished(self)
    }
}

impl Unfinished<'_> {
    /// The mail server has answered, or its connection is gone.
    pub(super) fn finish(self) {
        mem::forget(self);
    }
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        *self.0.current.lock().unwrap_or_else(PoisonError::into_inner) = self.0.builder.clone().build();
    }
}
