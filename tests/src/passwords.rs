//! Passwords that the server takes.

/// A strong password.
pub const PASSWORD: &str = "correct horse battery staple";

/// Another strong password.
pub const OTHER_PASSWORD: &str = "tr0mbone:Ätna überall";
