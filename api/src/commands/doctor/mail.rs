//! The mail server and the sender.

use super::finding::Finding;
use crate::mail::{self, Encryption, Sender};
use crate::settings::Settings;
use crate::start_error::StartError;

/// Connects, encrypts and logs in, and sends nothing.
pub(super) async fn check_server(settings: &Settings) -> Finding {
    const CHECK: &str = "mail server";
    let config = match settings.smtp() {
        Ok(config) => config,
        Err(StartError::MissingSetting { .. }) if settings.is_development() => {
            return Finding::ok(CHECK, "the embedded mailbox, as usual in development");
        }
        Err(error) => return Finding::wrong(CHECK, error.to_string()),
    };
    match mail::check_server(&config).await {
        // The setting itself is wrong, and the reason says what it expects.
        Err(reason) if reason.starts_with("SMTP_URL: ") => Finding::wrong(CHECK, reason),
        Err(reason) => Finding::wrong(CHECK, format!("SMTP_URL: {reason}; {}", advice(&reason))),
        Ok(Encryption::None) if !settings.is_development() => Finding::ok(
            CHECK,
            "accepts emails, without TLS, as SMTP_ALLOW_PLAINTEXT=true allows",
        ),
        Ok(Encryption::None) => Finding::ok(CHECK, "accepts emails, without TLS"),
        Ok(Encryption::Tls) => Finding::ok(CHECK, "accepts emails, with TLS"),
    }
}

fn advice(reason: &str) -> &'static str {
    match reason.split_once(':').map_or("", |(step, _)| step) {
        "connect" => "check the host, the port and the firewall",
        "TLS" | "STARTTLS" => "check the host and its certificate; smtps:// is for port 465, ?tls=required for 587",
        "login" => "check the user and the password, percent-encoded",
        _ => "ask the operator of the mail server",
    }
}

/// Names that are in no public DNS (RFC 2606, 6761 and 6762).
const PRIVATE: [&str; 7] = ["localhost", "local", "internal", "test", "invalid", "example", "lan"];

/// Checks that other mail servers can look up the domain of the sender.
pub(super) fn check_sender(settings: &Settings) -> Finding {
    const CHECK: &str = "sender";
    let sender = match Sender::parse(settings.mail_from()) {
        Ok(sender) => sender,
        Err(error) => return Finding::wrong(CHECK, error.to_string()),
    };
    let domain = sender.domain();
    let (above, last) = domain.rsplit_once('.').unwrap_or(("", domain));
    let is_example = matches!(last, "com" | "net" | "org") && (above == "example" || above.ends_with(".example"));
    let is_public = !above.is_empty() && !PRIVATE.contains(&last) && !is_example && last.parse::<u8>().is_err();
    if is_public {
        Finding::ok(
            CHECK,
            format!("{domain}; its SPF, DKIM and DMARC records must name the mail server"),
        )
    } else if settings.is_development() {
        Finding::ok(CHECK, format!("{domain}, which is only for development"))
    } else {
        let problem = "mail servers refuse a sender whose domain is not public; use one that you own";
        Finding::wrong(CHECK, format!("MAIL_FROM: {domain}: {problem}"))
    }
}
