//! The machine that was measured. The numbers mean little without it.

use serde_json::{Value, json};

use crate::options::Options;

/// The machine and the length of the run.
pub(crate) struct Machine(Vec<(&'static str, String)>);

impl Machine {
    pub(crate) fn of(options: &Options, database: String) -> Self {
        Self(vec![
            (
                "processor",
                processor().unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            ),
            ("cores", api::credentials::cores().to_string()),
            ("system", system()),
            ("database", database),
            ("rounds", options.rounds.to_string()),
            ("seconds a slice", options.slice().as_secs().to_string()),
        ])
    }

    /// The line above the table.
    pub(crate) fn line(&self) -> String {
        let facts: Vec<_> = self.0.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        facts.join(" · ")
    }

    pub(crate) fn json(&self) -> Value {
        self.0
            .iter()
            .map(|(name, value)| ((*name).to_owned(), json!(value)))
            .collect()
    }
}

fn processor() -> Option<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(": ")?.1.to_owned())
}

fn system() -> String {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!("{} {}", std::env::consts::OS, release.trim())
        .trim_end()
        .to_owned()
}
