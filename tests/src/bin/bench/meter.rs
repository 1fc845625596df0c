//! Time, processor time and memory. The last two come from `/proc` of Linux; other systems have no numbers.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

use crate::sample::Sample;

/// Measures how long something takes. Copies have the same start.
#[derive(Clone, Copy)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// The processor time of the current thread.
pub(crate) fn this_thread() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap_or_default()
}

/// Measures a server or ceiling, and its database if that has its own processes.
#[derive(Clone, Copy)]
pub(crate) struct Meter {
    processes: (u32, Option<u32>),
    before: Cpu,
}

type Cpu = (Option<Duration>, Option<Duration>);

impl Meter {
    pub(crate) fn start(server: u32, postmaster: Option<u32>) -> Self {
        let mut meter = Self {
            processes: (server, postmaster),
            before: (None, None),
        };
        meter.before = meter.read();
        meter
    }

    /// A number of answers since the start, and the processor time of each.
    pub(crate) fn sample(self, answers: usize, took: Duration) -> Sample {
        let now = self.read();
        let since = |now: Option<Duration>, before| Some(now?.saturating_sub(before?));
        Sample::of_answers(answers, took, since(now.0, self.before.0), since(now.1, self.before.1))
    }

    fn read(self) -> Cpu {
        let (server, postmaster) = self.processes;
        (proc::cpu(server), postmaster.and_then(proc::cpu_of_family))
    }
}

pub(crate) use proc::{peak, resident};

#[cfg(target_os = "linux")]
mod proc {
    use std::time::Duration;

    use procfs::process::{Process, Stat, Status, all_processes};

    /// The time of a process with all its threads, including finished ones.
    pub(super) fn cpu(id: u32) -> Option<Duration> {
        let stat = open(id)?.stat().ok()?;
        Some(ticks(stat.utime + stat.stime))
    }

    /// The time of a process and its children, including finished ones. Each connection to PostgreSQL is a process with
    /// one thread. The time of a thread has nanoseconds, so many connections do not add up many rounding errors.
    pub(super) fn cpu_of_family(parent: u32) -> Option<Duration> {
        let Stat {
            pid,
            utime,
            stime,
            cutime,
            cstime,
            ..
        } = open(parent)?.stat().ok()?;
        let ended = u64::try_from(cutime + cstime).ok()?;
        let children = all_processes().ok()?.flatten().filter_map(|process| {
            let stat = process.stat().ok().filter(|stat| stat.ppid == pid)?;
            let exact = process
                .schedstat()
                .map(|time| Duration::from_nanos(time.sum_exec_runtime));
            Some(exact.unwrap_or(ticks(stat.utime + stat.stime)))
        });
        Some(ticks(utime + stime + ended) + children.sum::<Duration>())
    }

    /// The resident memory of a process in megabytes.
    pub(crate) fn resident(id: u32) -> Option<f64> {
        megabytes(id, |status| status.vmrss)
    }

    /// The most resident memory that a process has had, in megabytes.
    pub(crate) fn peak(id: u32) -> Option<f64> {
        megabytes(id, |status| status.vmhwm)
    }

    fn megabytes(id: u32, field: fn(Status) -> Option<u64>) -> Option<f64> {
        let kib = field(open(id)?.status().ok()?)?;
        Some(f64::from(u32::try_from(kib).ok()?) * 1024.0 / 1e6)
    }

    fn open(id: u32) -> Option<Process> {
        Process::new(id.try_into().ok()?).ok()
    }

    fn ticks(ticks: u64) -> Duration {
        Duration::from_millis(ticks * 1_000 / procfs::ticks_per_second())
    }
}

#[cfg(not(target_os = "linux"))]
mod proc {
    use std::time::Duration;

    pub(super) fn cpu(_: u32) -> Option<Duration> {
        None
    }

    pub(super) fn cpu_of_family(_: u32) -> Option<Duration> {
        None
    }

    pub(crate) fn resident(_: u32) -> Option<f64> {
        None
    }

    pub(crate) fn peak(_: u32) -> Option<f64> {
        None
    }
}
