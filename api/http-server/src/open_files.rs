/// Raises the number of files and connections that this process may have open as far as it may, and returns it. The
/// usual soft limit of 1,024 protects old programs that use `select`.
#[must_use]
pub fn raise_open_file_limit() -> usize {
    let limit = rlimit::increase_nofile_limit(u64::MAX).or_else(|_| rlimit::Resource::NOFILE.get_soft());
    limit.ok().and_then(|limit| limit.try_into().ok()).unwrap_or(usize::MAX)
}
