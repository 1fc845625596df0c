//! What emails say. Templates are read once, at start, and checked then: with each kind of email in each language.
//!
//! `layout.html` and `layout.txt` are the frame of every email. The words are in one file for each kind and language,
//! as blocks that both layouts place. An operator can replace any file: see `docs/emails.md`.

mod check;
mod failure;
mod files;
mod kind;
mod lifetime;
mod link;
mod message;
mod sample;
mod templates;
mod values;
mod words;

pub use kind::Kind;
pub(crate) use link::link;
pub(crate) use message::{Sender, build};
pub use templates::Templates;
pub(crate) use values::MailedCode;
pub use values::Product;
pub use words::Words;
