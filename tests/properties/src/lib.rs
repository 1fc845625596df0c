//! What must hold for every input. The property tests try inputs that resemble real ones; the targets in `fuzz/` try
//! those that a fuzzer finds.

mod authorization;
mod document;
mod email;
#[cfg(test)]
mod pieces;
mod smtp;

pub use authorization::authorization;
pub use document::document;
pub use email::email;
pub use smtp::smtp;
