use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The longest delay. RFC 5321 has clients and servers wait for minutes; more than an hour is probably the wrong unit.
const MAX_DELAY: Duration = Duration::from_hours(1);

/// A failure, and when it happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultRule {
    /// Where in the SMTP session.
    pub stage: Stage,
    /// What happens.
    pub action: Action,
    /// How many times; `None` means always.
    pub times: Option<u32>,
    /// For which recipients: an address, compared without case, in which `*` matches any run of characters. `None`
    /// means all. At [`Stage::Rcpt`] it is compared with that recipient; at [`Stage::Data`] and [`Stage::AfterData`]
    /// one of the accepted recipients must match. At the earlier stages, where no recipient is known, such a rule never
    /// fires.
    pub recipient: Option<String>,
    /// How many times it has fired. [`Faults::set`](crate::Faults::set) resets it to 0.
    pub fired: u32,
}

impl FaultRule {
    /// A rule that always fires, for all recipients.
    #[must_use]
    pub fn new(stage: Stage, action: Action) -> Self {
        Self {
            stage,
            action,
            times: None,
            recipient: None,
            fired: 0,
        }
    }
}

/// Where in the SMTP session a failure happens.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// After the client connects, before the greeting.
    Connect,
    /// At EHLO or HELO.
    Ehlo,
    /// At MAIL FROM.
    Mail,
    /// At RCPT TO.
    Rcpt,
    /// At DATA, before the content.
    Data,
    /// After the final dot. The message is complete, and the action decides whether it is stored:
    ///
    /// - [`Action::Drop`]: it **is** stored, and the connection is closed without a reply. The sender cannot know that,
    ///   sends it again, and the recipient has it twice.
    /// - [`Action::Reply`] with a code of 400 or more: it is **not** stored.
    /// - [`Action::Reply`] with a code below 400: it is stored.
    /// - [`Action::Delay`]: it is stored after the delay, unless a later rule refuses it, even if the client
    ///   disconnects meanwhile.
    AfterData,
}

impl Stage {
    /// Whether a recipient is known at this stage.
    pub(crate) fn has_recipients(self) -> bool {
        matches!(self, Self::Rcpt | Self::Data | Self::AfterData)
    }
}

/// What a failure does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Sends this instead of the usual reply. With a code of 400 or more the command has no effect, and 421 also closes
    /// the connection. With a lower code only the text differs.
    Reply {
        /// The reply code (RFC 5321, section 4.2).
        code: u16,
        /// The text after the code. Each line break starts another line of the reply.
        text: String,
    },
    /// Delays the reply.
    Delay(Duration),
    /// Closes the connection without a reply.
    Drop,
}

/// Parses a delay, such as `3s`, of at most an hour.
pub(crate) fn parse_delay(text: &str) -> Option<Duration> {
    humantime::parse_duration(text).ok().filter(|delay| *delay <= MAX_DELAY)
}
