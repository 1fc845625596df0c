//! Whether a new password appears in data breaches.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use breached_passwords::{Sha1File, is_common};
use prometheus_client::metrics::counter::Counter;

/// The list that is part of the binary, and the file in `BREACHED_PASSWORDS` if there is one. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct BreachedPasswords {
    file: Option<Sha1File>,
    failures: Counter,
    has_warned: Arc<AtomicBool>,
}

impl BreachedPasswords {
    pub(crate) fn new(file: Option<Sha1File>, failures: Counter) -> Self {
        Self {
            file,
            failures,
            has_warned: Arc::default(),
        }
    }

    /// Reads the file, so it must not run on a thread of the runtime.
    ///
    /// A file that cannot be read counts as one without the password: a broken disk must not stop registrations.
    pub(crate) fn contains(&self, password: &str) -> bool {
        is_common(password)
            || self
                .file
                .as_ref()
                .is_some_and(|file| self.file_contains(file, password))
    }

    fn file_contains(&self, file: &Sha1File, password: &str) -> bool {
        file.contains(password).unwrap_or_else(|error| {
            self.failures.inc();
            if !self.has_warned.swap(true, Ordering::Relaxed) {
                let error = error.to_string();
                tracing::warn!(
                    error,
                    "cannot search BREACHED_PASSWORDS, so passwords are not looked up there"
                );
            }
            false
        })
    }
}
