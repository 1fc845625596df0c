//! Every email that mailer-mock received. Its mailbox keeps the newest only.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mailer_mock::MailerMock;
use tokio::time::{Instant, sleep};

/// How often the mailbox is emptied.
const PAUSE: Duration = Duration::from_millis(50);

/// An email with a code.
#[derive(Clone)]
pub(crate) struct Email {
    pub(crate) id: String,
    pub(crate) code: String,
}

/// The emails by recipient, in the order in which they came.
#[derive(Clone, Default)]
pub(crate) struct Mails(Arc<Mutex<HashMap<String, Vec<Email>>>>);

impl Mails {
    /// Moves emails from the mailbox to this list, for ever.
    pub(crate) async fn collect(self, mailer: MailerMock) {
        loop {
            let mut messages = mailer.mailbox().messages();
            messages.reverse();
            let ids: Vec<_> = messages.iter().map(|message| message.id.clone()).collect();
            for message in messages {
                let (Some(to), Some(code)) = (message.to.first(), message.codes.first()) else {
                    continue;
                };
                let id = message.message_id.clone().unwrap_or_default();
                let email = Email { id, code: code.clone() };
                self.lock().entry(to.address.clone()).or_default().push(email);
            }
            mailer.mailbox().delete(&ids);
            sleep(PAUSE).await;
        }
    }

    pub(crate) fn to(&self, address: &str) -> Vec<Email> {
        self.lock().get(address).cloned().unwrap_or_default()
    }

    pub(crate) fn all(&self) -> HashMap<String, Vec<Email>> {
        self.lock().clone()
    }

    /// Waits for the first email to an address, and returns the newest one.
    pub(crate) async fn wait_for(&self, address: &str, timeout: Duration) -> Option<Email> {
        let until = Instant::now() + timeout;
        while Instant::now() < until {
            if let Some(email) = self.to(address).pop() {
                return Some(email);
            }
            sleep(PAUSE).await;
        }
        None
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Vec<Email>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
