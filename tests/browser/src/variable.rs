use std::path::PathBuf;

/// The path in an environment variable. An empty one counts as not set.
pub(crate) fn path_variable(name: &str) -> Option<PathBuf> {
    let value = std::env::var_os(name).filter(|value| !value.is_empty());
    value.map(PathBuf::from)
}
