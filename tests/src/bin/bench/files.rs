//! How many connections this process, and the servers that it starts, may have open.

/// Raises the limit as far as the system lets it be raised: a thousand clients are more than the usual one allows.
#[cfg(unix)]
pub(crate) fn allow_many() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // Where that is refused, the row that needs it says that a connection could not be opened.
    let _ = setrlimit(Resource::Nofile, limit);
}

#[cfg(not(unix))]
pub(crate) fn allow_many() {}
