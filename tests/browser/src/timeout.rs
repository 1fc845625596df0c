use std::time::Duration;

/// How long a test waits for what it expects. Only something broken takes longer.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(20);
