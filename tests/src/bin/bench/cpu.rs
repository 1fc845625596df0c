//! The processor time of processes, from `/proc` of Linux. Other systems have no numbers.

use std::time::Duration;

/// The unit of `/proc`, from `USER_HZ`. It is 100 on every processor for which Rust has a server target.
const TICK: Duration = Duration::from_millis(10);

/// The processes to measure: a server, and its database if that has its own processes.
#[derive(Clone, Copy)]
pub(crate) struct Meter {
    pub(crate) server: u32,
    pub(crate) postmaster: Option<u32>,
}

/// Processor time since the start of the processes, or between two reads.
#[derive(Clone, Copy, Default)]
pub(crate) struct Cpu {
    pub(crate) server: Option<Duration>,
    pub(crate) database: Option<Duration>,
}

impl Meter {
    pub(crate) fn read(self) -> Cpu {
        Cpu {
            server: process(self.server),
            database: self.postmaster.and_then(family),
        }
    }

    pub(crate) fn since(self, earlier: Cpu) -> Cpu {
        let now = self.read();
        let between = |now: Option<Duration>, earlier| Some(now?.saturating_sub(earlier?));
        Cpu {
            server: between(now.server, earlier.server),
            database: between(now.database, earlier.database),
        }
    }
}

/// The time of a process with all its threads, including finished ones.
fn process(id: u32) -> Option<Duration> {
    Some(Stat::read(id)?.own)
}

/// The time of a process and its children, including finished ones. Each connection to PostgreSQL is a process with one
/// thread. The time of a thread has nanoseconds, so many connections do not add up many rounding errors.
fn family(parent: u32) -> Option<Duration> {
    let stat = Stat::read(parent)?;
    let children = std::fs::read_dir("/proc").ok()?.flatten().filter_map(|entry| {
        let id = entry.file_name().to_str()?.parse().ok()?;
        let stat = Stat::read(id).filter(|stat| stat.parent == parent)?;
        Some(thread(&format!("/proc/{id}/schedstat")).unwrap_or(stat.own))
    });
    Some(stat.own + stat.ended_children + children.sum::<Duration>())
}

/// The time of the current thread.
pub(crate) fn this_thread() -> Option<Duration> {
    thread("/proc/thread-self/schedstat")
}

fn thread(schedstat: &str) -> Option<Duration> {
    let text = std::fs::read_to_string(schedstat).ok()?;
    Some(Duration::from_nanos(text.split(' ').next()?.parse().ok()?))
}

/// The fields of `/proc/ID/stat` that are needed here.
#[derive(Debug, PartialEq)]
struct Stat {
    parent: u32,
    own: Duration,
    ended_children: Duration,
}

impl Stat {
    fn read(id: u32) -> Option<Self> {
        Self::parse(&std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?)
    }

    /// The second field is the name of the program. It may contain spaces and parentheses.
    fn parse(line: &str) -> Option<Self> {
        let fields: Vec<_> = line.rsplit_once(')')?.1.split_whitespace().collect();
        // The first field here is the third of the line.
        let ticks = |number: usize| Some(TICK * fields.get(number - 3)?.parse::<u32>().ok()?);
        Some(Self {
            parent: fields.get(1)?.parse().ok()?,
            own: ticks(14)? + ticks(15)?,
            ended_children: ticks(16)? + ticks(17)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stat_is_parsed_with_any_program_name() {
        let line = "77 (a) b (c) S 7 77 77 0 -1 4194560 900 0 1 0 250 31 1000 2 20 0 5 0 100 1 1";
        let expected = Stat {
            parent: 7,
            own: Duration::from_millis(2_810),
            ended_children: Duration::from_millis(10_020),
        };
        assert_eq!(Stat::parse(line), Some(expected));
        assert_eq!(Stat::parse("77 (a"), None);
        assert_eq!(Stat::parse("77 (a) S 7 77"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn current_process_and_thread_have_a_time() {
        assert!(this_thread().is_some());
        assert!(process(std::process::id()).is_some());
    }
}
