//! `api doctor`: checks what the settings lead to, and says what to do about it. It changes nothing and sends no email.

mod database;
mod mail;
mod proxy;

use std::error::Error;
use std::process::ExitCode;

use serde::Serialize;

use crate::settings::Settings;

/// The result of one check. The text is one line, and contains no secret.
#[derive(Debug, Serialize)]
struct Finding {
    check: &'static str,
    ok: bool,
    message: String,
}

impl Finding {
    fn ok(check: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            check,
            ok: true,
            message,
        }
    }

    /// What is wrong, and what to do.
    fn wrong(check: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            check,
            ok: false,
            message,
        }
    }

    fn line(&self, json: bool) -> Result<String, serde_json::Error> {
        if json {
            return serde_json::to_string(self);
        }
        let status = if self.ok { "ok" } else { "WRONG" };
        Ok(format!("{status:<5}  {:<10}  {}", self.check, self.message))
    }
}

/// Runs every check, and prints one line for each. The exit code is 1 if something is wrong.
///
/// # Errors
/// When standard output cannot be written.
pub async fn run(settings: &Settings, json: bool) -> Result<ExitCode, Box<dyn Error>> {
    let mut findings = vec![secret_key(settings)];
    findings.extend(database::check(settings).await);
    findings.push(mail::check_server(settings).await);
    findings.push(mail::check_sender(settings));
    findings.extend(proxy::check(settings).await);
    let mut output = super::output::Output::new();
    for finding in &findings {
        output.line(&finding.line(json)?)?;
    }
    output.flush()?;
    let is_healthy = findings.iter().all(|finding| finding.ok);
    Ok(if is_healthy {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn secret_key(settings: &Settings) -> Finding {
    const CHECK: &str = "secret key";
    if settings.keeps_secret_key() {
        return Finding::ok(CHECK, "kept in ./data, as usual in development");
    }
    match settings.keys() {
        Ok(_) => Finding::ok(CHECK, "long enough"),
        Err(error) => Finding::wrong(CHECK, error.to_string()),
    }
}
