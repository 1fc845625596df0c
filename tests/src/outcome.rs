use std::error::Error;

/// The result of a part of a program: every error ends the run, and is shown as text.
pub type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;
