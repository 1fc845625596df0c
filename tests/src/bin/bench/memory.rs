//! The memory of a process, from `/proc` of Linux.

/// The resident memory in megabytes.
pub(crate) fn resident(process: u32) -> Option<f64> {
    parse(&std::fs::read_to_string(format!("/proc/{process}/status")).ok()?)
}

fn parse(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u32 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(f64::from(kib) * 1024.0 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resident_memory_is_read_from_status() {
        assert_eq!(
            parse("Name:\tapi\nVmHWM:\t   99 kB\nVmRSS:\t  125000 kB\n"),
            Some(128.0)
        );
        assert_eq!(parse("Name:\tVmRSS\n"), None);
    }
}
