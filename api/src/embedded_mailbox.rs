//! mailer-mock inside the server, for development.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use mailer_mock::{Config, MailerMock, Protocol};

use crate::settings::Settings;
use crate::start_error::StartError;

/// In development, when `SMTP_URL` is not set, starts mailer-mock and sets `SMTP_URL` and `MAILBOX_URL` to it.
///
/// # Errors
/// When an address cannot be bound.
pub async fn start_if_needed(mut settings: Settings) -> Result<(Settings, Option<MailerMock>), StartError> {
    if settings.smtp_url.is_some() || !settings.is_development() {
        return Ok((settings, None));
    }
    let mailer = start(settings.mailer_mock_smtp, settings.mailer_mock_http).await?;
    let origin = origin(mailer.http_addr());
    tracing::info!("the embedded mailbox shows every email on {origin}, and this log shows every code");
    settings.smtp_url = Some(format!("smtp://{}", mailer.smtp_addr()).into());
    settings.mailbox_url.get_or_insert(origin);
    Ok((settings, Some(mailer)))
}

/// Starts mailer-mock. When the port of a default address is taken, it uses a free one.
async fn start(smtp: Option<SocketAddr>, http: Option<SocketAddr>) -> Result<MailerMock, StartError> {
    let default = Config::default();
    let mut config = Config {
        smtp: smtp.unwrap_or(default.smtp),
        http: http.unwrap_or(default.http),
        ..default
    };
    loop {
        let error = match MailerMock::start(config.clone()).await {
            Ok(mailer) => return Ok(mailer),
            Err(error) => error,
        };
        let (name, is_explicit, address) = match error.protocol {
            Protocol::Smtp => ("MAILER_MOCK_SMTP", smtp.is_some(), &mut config.smtp),
            Protocol::Http => ("MAILER_MOCK_HTTP", http.is_some(), &mut config.http),
        };
        if is_explicit || address.port() == 0 {
            return Err(StartError::Listen {
                name,
                address: *address,
                source: error.error,
            });
        }
        tracing::warn!("{address} is taken, so the embedded mailbox uses a free port instead ({name})");
        address.set_port(0);
    }
}

/// The origin for a browser. `localhost` stands for the usual loopback addresses only.
fn origin(address: SocketAddr) -> String {
    match address.ip() {
        IpAddr::V4(Ipv4Addr::LOCALHOST) | IpAddr::V6(Ipv6Addr::LOCALHOST) => {
            format!("http://localhost:{}", address.port())
        }
        _ => format!("http://{address}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origin_is_localhost_for_usual_loopback_addresses_only() {
        for (address, expected) in [
            ("127.0.0.1:8025", "http://localhost:8025"),
            ("[::1]:8025", "http://localhost:8025"),
            ("127.0.0.2:8025", "http://127.0.0.2:8025"),
        ] {
            assert_eq!(origin(address.parse().expect("an address")), expected);
        }
    }
}
