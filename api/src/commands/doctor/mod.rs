//! `api doctor`: checks what the settings lead to, and says what to do about it. It changes nothing and sends no email.

mod database;
mod finding;
mod mail;
mod proxy;

use std::error::Error;
use std::process::ExitCode;

use self::finding::Finding;
use crate::settings::Settings;

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
