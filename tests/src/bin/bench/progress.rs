//! The bar on standard error.

use indicatif::{ProgressBar, ProgressStyle};

/// How far the run is, in slices.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    pub(crate) fn new(slices: u64) -> Self {
        let style = ProgressStyle::with_template("{elapsed_precise} {bar:40} {pos}/{len} {msg}");
        let bar = ProgressBar::new(slices);
        Self(bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())))
    }

    /// What is under way.
    pub(crate) fn says(&self, what: &str) {
        self.0.set_message(what.to_owned());
        self.0.tick();
    }

    /// A slice is over.
    pub(crate) fn step(&self) {
        self.0.inc(1);
    }

    pub(crate) fn end(&self) {
        self.0.finish_and_clear();
    }
}
