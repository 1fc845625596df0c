//! The limit on open connections of this process and the servers that it starts.

/// Raises the limit as far as the system allows: the usual limit is below a thousand clients.
#[cfg(unix)]
pub(crate) fn allow_many() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // If that fails, the row that needs it reports that it could not open a connection.
    let _ = setrlimit(Resource::Nofile, limit);
}

#[cfg(not(unix))]
pub(crate) fn allow_many() {}
