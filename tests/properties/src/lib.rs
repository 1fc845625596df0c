//! What must hold for every input. The property tests try inputs that resemble real ones; the targets in `fuzz/` try
//! those that a fuzzer finds.

mod argon2;
mod authorization;
mod document;
mod email;
#[cfg(test)]
mod pieces;
mod smtp;

pub use argon2::argon2;
pub use authorization::authorization;
pub use document::document;
pub use email::email;
pub use smtp::smtp;
