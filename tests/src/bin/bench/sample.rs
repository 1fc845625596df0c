//! The result of one slice of a row or its ceiling.

use crate::cpu::Cpu;
use crate::load::{Driven, count};

/// The rate, and the processor time for each answer in seconds.
#[derive(Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) per_second: f64,
    pub(crate) server: Option<f64>,
    pub(crate) database: Option<f64>,
}

impl Sample {
    pub(crate) fn of(driven: &Driven, cpu: Cpu) -> Self {
        let each = |time: Option<std::time::Duration>| Some(time?.as_secs_f64() / count(driven.answers));
        Self {
            per_second: driven.per_second(),
            server: each(cpu.server),
            database: each(cpu.database),
        }
    }

    /// Processor time of server and database together. An embedded database is part of the server.
    pub(crate) fn total(&self) -> Option<f64> {
        Some(self.server? + self.database.unwrap_or(0.0))
    }
}
