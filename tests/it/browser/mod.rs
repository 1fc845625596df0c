//! Pages in a real browser.

mod example;
