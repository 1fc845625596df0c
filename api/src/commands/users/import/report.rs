//! What an import tells: each line that it leaves out, a progress bar, and the numbers at the end.

use http_server::print_error;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::super::account::json;
use super::super::error::UsersError;
use super::line::InvalidLine;
use crate::commands::output::Output;

/// Why a line became no user.
#[derive(Debug)]
pub(super) enum Skipped {
    Refused(InvalidLine),
    Inactive,
    Exists,
    Repeated { first: u64 },
}

impl Skipped {
    fn outcome(&self) -> &'static str {
        match self {
            Self::Refused(_) => "refused",
            Self::Inactive => "inactive",
            Self::Exists | Self::Repeated { .. } => "exists",
        }
    }

    fn reason(&self) -> String {
        match self {
            Self::Refused(reason) => reason.to_string(),
            Self::Inactive => "not active: the person has not proved the mailbox, and must register again".to_owned(),
            Self::Exists => "a user has this address".to_owned(),
            Self::Repeated { first } => format!("line {first} has this address"),
        }
    }
}

#[derive(Serialize)]
struct SkippedLine {
    line: u64,
    outcome: &'static str,
    reason: String,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct Numbers {
    dry_run: bool,
    imported: u64,
    exists: u64,
    inactive: u64,
    refused: u64,
}

/// With `--json`, lines and numbers are objects on standard output. Otherwise the lines are on standard error.
pub(super) struct Report {
    as_json: bool,
    numbers: Numbers,
    output: Output,
    progress: ProgressBar,
}

impl Report {
    pub(super) fn new(dry_run: bool, as_json: bool, bytes: Option<u64>) -> Self {
        // Hidden unless standard error is a terminal.
        let progress = match bytes {
            Some(bytes) => ProgressBar::new(bytes).with_style(style("{wide_bar} {bytes} of {total_bytes}, {eta} left")),
            None => ProgressBar::new_spinner().with_style(style("{spinner} {bytes}")),
        };
        Self {
            as_json,
            numbers: Numbers {
                dry_run,
                ..Numbers::default()
            },
            output: Output::new(),
            progress,
        }
    }

    /// How many bytes were read.
    pub(super) fn read(&self, bytes: u64) {
        self.progress.set_position(bytes);
    }

    pub(super) fn imported(&mut self) {
        self.numbers.imported += 1;
    }

    pub(super) fn skip(&mut self, line: u64, skipped: &Skipped) -> Result<(), UsersError> {
        let Numbers {
            refused,
            inactive,
            exists,
            ..
        } = &mut self.numbers;
        *match skipped {
            Skipped::Refused(_) => refused,
            Skipped::Inactive => inactive,
            Skipped::Exists | Skipped::Repeated { .. } => exists,
        } += 1;
        let (outcome, reason) = (skipped.outcome(), skipped.reason());
        if self.as_json {
            self.output.line(&json(&SkippedLine { line, outcome, reason }))?;
        } else {
            self.progress
                .suspend(|| print_error(format_args!("line {line}: {reason}")));
        }
        Ok(())
    }

    /// Prints the numbers. Refused lines are a failure.
    pub(super) fn finish(mut self) -> Result<(), UsersError> {
        self.progress.finish_and_clear();
        let Numbers {
            dry_run,
            imported,
            exists,
            inactive,
            refused,
        } = self.numbers;
        if self.as_json {
            self.output.line(&json(&self.numbers))?;
        } else {
            let verb = if dry_run { "would import" } else { "imported" };
            let numbers = format!("{verb} {imported}, existing {exists}, inactive {inactive}, refused {refused}");
            self.output.line(&numbers)?;
        }
        self.output.flush()?;
        if refused > 0 {
            Err(UsersError::RefusedLines(refused))
        } else {
            Ok(())
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
