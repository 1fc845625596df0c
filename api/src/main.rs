//! The binary: parses the command line, and starts and stops the server.

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;

use api::banner::banner;
use api::clock::SystemClock;
use api::commands::mail::{self, MailCommand};
use api::commands::users::{self, UsersCommand};
use api::commands::webhooks::{self, WebhookCommand, WebhookCommandError};
use api::commands::{after_restore, doctor};
use api::random::SystemRandom;
use api::server::Server;
use api::settings::{self, Settings};
use api::start_error::StartError;
use api::{database, graphql, http, telemetry};
#[cfg(feature = "embedded-mailbox")]
use api::{demo, embedded_mailbox};
use clap::{Parser, Subcommand};
use http_server::client::check_health;
use http_server::{StopSignals, print, print_error};
use secrecy::ExposeSecret;
use tokio::runtime::Runtime;

/// Compared with the allocator of the system, `me` takes 10 % and `signIn` 5 % less CPU time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Account registration, sign-in and management, as a GraphQL API. Without a command, starts the server.
#[derive(Parser)]
#[command(
    name = "api",
    version = build_info::VERSION,
    after_help = "Every option has an environment variable: --http-addr is HTTP_ADDR. An empty variable counts as not set.\n\
                  Pass secrets as variables or in files (SECRET_KEY_FILE=/run/secrets/secret_key), because other users of the\n\
                  machine can read the command line."
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Subcommand)]
enum Command {
    /// Migrate the database and exit
    Migrate,
    /// Print the GraphQL schema
    Schema,
    /// Run the whole flow against a temporary server and print it with times
    #[cfg(feature = "embedded-mailbox")]
    Demo,
    /// Inspect and replay webhooks
    #[command(subcommand)]
    Webhooks(WebhookCommand),
    /// Preview the emails
    #[command(subcommand)]
    Mail(MailCommand),
    /// List, change, import and export accounts
    #[command(subcommand)]
    Users(UsersCommand),
    /// Check the database, the mail server and other settings, and say what to do; the exit code is 1 if something is
    /// wrong
    Doctor {
        /// Print one JSON object per line
        #[arg(long)]
        json: bool,
    },
    /// End what a restored backup revives: all sessions, open verifications, and pending emails and webhooks
    AfterRestore,
    /// Check that the running server is ready; the exit code is 0 if it is
    Healthcheck,
}

fn main() -> ExitCode {
    let done = Runtime::new().map_err(Into::into).and_then(|runtime| {
        let done = runtime.block_on(Box::pin(run()));
        // A lookup of a name that is not answered must not delay the end.
        runtime.shutdown_background();
        done
    });
    done.unwrap_or_else(|error| {
        print_error(format_args!("error: {error}"));
        ExitCode::FAILURE
    })
}

async fn run() -> Result<ExitCode, Box<dyn Error>> {
    let Cli { command, settings } = settings::parse()?;
    match command {
        None => Box::pin(serve(settings)).await?,
        Some(Command::Migrate) => migrate(&settings).await?,
        Some(Command::Schema) => print(graphql::sdl())?,
        #[cfg(feature = "embedded-mailbox")]
        Some(Command::Demo) => demo::run().await?,
        Some(Command::Webhooks(command)) => run_webhooks(command, &settings).await?,
        Some(Command::Mail(command)) => mail::run(&command, &settings)?,
        Some(Command::Users(command)) => return users::run(command, &settings).await,
        Some(Command::Doctor { json }) => return doctor::run(&settings, json).await,
        Some(Command::AfterRestore) => after_restore::run(&settings).await?,
        Some(Command::Healthcheck) => check_health(settings.http_addr, "/readyz").await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn serve(settings: Settings) -> Result<(), StartError> {
    let log = telemetry::start(&settings.log())?;
    #[cfg(feature = "embedded-mailbox")]
    let (settings, mailbox) = embedded_mailbox::start_if_needed(settings).await?;
    let is_development = settings.is_development();
    let config = settings.resolve()?;
    let server = Server::start(config.clone(), Arc::new(SystemClock), Arc::new(SystemRandom)).await?;
    // Before anybody learns that it has started, and may stop it.
    let mut signals = StopSignals::new().map_err(StartError::Signals)?;
    tracing::info!("the API listens on http://{}", server.address());
    if config.http.graphiql && !http::graphiql::is_embedded() {
        tracing::warn!("GraphiQL is not part of this build, so browsers load it from unpkg.com");
    }
    if is_development {
        // Not printed: nobody may be reading.
        log.output
            .push(format!("{}\n", banner(&config, server.address())).as_bytes());
    }
    signals.next().await;
    tracing::info!("stopping");
    server.stop(async || signals.next().await).await;
    #[cfg(feature = "embedded-mailbox")]
    if let Some(mailbox) = mailbox {
        mailbox.shutdown().await;
    }
    tracing::info!("stopped");
    Ok(())
}

async fn run_webhooks(command: WebhookCommand, settings: &Settings) -> Result<(), Box<dyn Error>> {
    let db = database::connect(settings.database_url()?.expose_secret()).await?;
    database::check_schema(&db).await?;
    let config = settings.webhooks()?;
    let done = webhooks::run(command, &db, &config, Arc::new(SystemClock), Arc::new(SystemRandom)).await;
    db.close().await?;
    if let Err(WebhookCommandError::NotAccepted { answers }) = &done {
        print(answers)?;
    }
    Ok(print(done?)?)
}

async fn migrate(settings: &Settings) -> Result<(), StartError> {
    settings.create_data_folder()?;
    let db = database::connect(settings.database_url()?.expose_secret()).await?;
    database::migrate(&db).await?;
    db.close().await.map_err(StartError::MigrateDatabase)
}
