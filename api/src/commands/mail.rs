//! `api mail`: looks at the emails.

use std::error::Error;

use clap::Subcommand;
use http_server::print;

use crate::locale::Locale;
use crate::mail::Kind;
use crate::settings::{self, Settings};

/// What `api mail` can do.
#[derive(Subcommand)]
pub enum MailCommand {
    /// Print an email with sample values
    Preview {
        /// What the email says
        kind: Kind,
        /// Language [default: that of the server]
        #[arg(long, value_parser = settings::locale)]
        locale: Option<Locale>,
        /// Print the subject and the text; the default
        #[arg(long, conflicts_with = "html")]
        text: bool,
        /// Print the HTML
        #[arg(long)]
        html: bool,
    },
}

/// Runs a command.
///
/// # Errors
/// When the templates cannot be read or rendered, or nothing can be printed.
pub fn run(command: &MailCommand, settings: &Settings) -> Result<(), Box<dyn Error>> {
    let MailCommand::Preview { kind, locale, html, .. } = *command;
    let email = settings
        .mail_templates()?
        .sample(kind, locale, settings.activation_url())?;
    if html {
        print(email.html)?;
    } else {
        print(format_args!("Subject: {}\n\n{}", email.subject, email.text))?;
    }
    Ok(())
}
