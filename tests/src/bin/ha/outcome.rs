use std::error::Error;

/// Every error ends the run, and is shown as text.
pub(crate) type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;
