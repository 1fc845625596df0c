//! The binary `mailer-mock`: starts the library from the command line.

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use http_server::client::check_health;
use http_server::{
    AllowedHosts, Log, StopSignals, has_colors, ignore_empty_variables, print_error, raise_open_file_limit,
};
use mailer_mock::{Config, Credentials, MailerMock};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// A small SMTP server for development and tests. It accepts every email, logs the code in it, and shows the mailbox.
///
/// It delivers nothing. Everyone who can connect can read every email, so run it on loopback or in a private network.
/// `RUST_LOG` sets the log level.
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// Address of the SMTP server
    #[arg(long, env = "MAILER_MOCK_SMTP", default_value_t = Config::default().smtp, global = true)]
    smtp: SocketAddr,
    /// Address of the mailbox page and its API
    #[arg(long, env = "MAILER_MOCK_HTTP", default_value_t = Config::default().http, global = true)]
    http: SocketAddr,
    /// Require this login [default: accept every login, require none]
    #[arg(long, env = "MAILER_MOCK_AUTH", value_name = "USER:PASSWORD", hide_env_values = true)]
    auth: Option<Credentials>,
    /// Do not offer STARTTLS, for clients that use it and reject an unknown certificate
    #[arg(long, env = "MAILER_MOCK_NO_STARTTLS")]
    no_starttls: bool,
    /// Also allow this host name for the page and its API [default: IP addresses, localhost, names without a dot]
    #[arg(long = "allowed-host", env = "MAILER_MOCK_ALLOWED_HOSTS", value_name = "NAME", value_delimiter = ',', value_parser = host_name)]
    allowed_hosts: Vec<String>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Check the server at --http: exit code 0 if it is healthy, else 1
    Healthcheck,
}

#[tokio::main]
async fn main() -> ExitCode {
    let matches = ignore_empty_variables(Cli::command()).get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let outcome = match cli.command {
        Some(Command::Healthcheck) => check_health(cli.http, "/livez").await.map_err(Into::into),
        None => {
            let config = Config {
                smtp: cli.smtp,
                http: cli.http,
                auth: cli.auth,
                starttls: !cli.no_starttls,
                allowed_hosts: cli.allowed_hosts,
            };
            serve(config).await
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print_error(format_args!("mailer-mock: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn host_name(text: &str) -> Result<String, &'static str> {
    AllowedHosts::parse_name(text)
        .ok_or("expected a host name without a port, such as mail.example.com; a Unicode name as xn--…")
}

async fn serve(config: Config) -> Result<(), Box<dyn std::error::Error>> {
    let filter = EnvFilter::builder()
        .with_default_directive(LevelFilter::INFO.into())
        .from_env()
        .map_err(|error| format!("RUST_LOG: {error}"))?;
    let log = Log::start()?;
    let output = log.output.clone();
    tracing_subscriber::fmt()
        .with_writer(move || output.clone())
        .log_internal_errors(false)
        .with_env_filter(filter)
        .with_ansi(has_colors())
        .init();

    let mut signals = StopSignals::new()?;
    let _ = raise_open_file_limit();
    let mock = MailerMock::start(config).await?;
    tracing::info!("SMTP server on smtp://{}", mock.smtp_addr());
    tracing::info!("mailbox on http://{}", mock.http_addr());
    signals.next().await;
    mock.shutdown().await;
    Ok(())
}
