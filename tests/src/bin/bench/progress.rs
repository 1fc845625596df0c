//! The progress bar on standard error.

use indicatif::{ProgressBar, ProgressStyle};

/// The progress of the run in slices.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    pub(crate) fn new(slices: u64) -> Self {
        let style = ProgressStyle::with_template("{elapsed_precise} {bar:40} {pos}/{len} {msg}");
        let bar = ProgressBar::new(slices);
        Self(bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())))
    }

    /// Shows what runs now.
    pub(crate) fn show(&self, what: &str) {
        self.0.set_message(what.to_owned());
        self.0.tick();
    }

    /// Counts a finished slice.
    pub(crate) fn step(&self) {
        self.0.inc(1);
    }

    pub(crate) fn end(&self) {
        self.0.finish_and_clear();
    }
}
