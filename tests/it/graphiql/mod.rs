//! GraphiQL at `/`.

mod browser;
mod served;
