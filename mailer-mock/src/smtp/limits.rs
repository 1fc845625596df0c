//! How much one client may send.

use std::time::Duration;

/// The largest message in bytes, with dot-stuffing undone.
pub(super) const MAX_MESSAGE_SIZE: usize = 10 * 1024 * 1024;

/// How many bytes beyond [`MAX_MESSAGE_SIZE`] are read to find the end of a message, so that the sender gets a reply.
/// After that the connection is closed.
pub(super) const MAX_EXCESS: usize = 10 * 1024 * 1024;

/// Command lines between two complete messages. A client that delivers needs a few for each.
pub(super) const MAX_COMMANDS: u32 = 1_000;

/// Recipients of one message. RFC 5321, section 4.5.3.1.8, requires at least 100.
pub(super) const MAX_RECIPIENTS: usize = 100;

/// The longest command line. RFC 5321, section 4.5.3.1.4, requires 512 octets, and each extension adds some.
pub(super) const MAX_LINE: usize = 2_048;

/// The longest address. RFC 5321, section 4.5.3.1.3, requires 254 octets.
pub(super) const MAX_ADDRESS: usize = 256;

/// How long a client may send nothing, or leave replies unread (RFC 5321, section 4.5.3.2.7).
pub(super) const IDLE_TIMEOUT: Duration = Duration::from_mins(5);
