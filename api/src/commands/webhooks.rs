//! The commands of `api webhooks`. Endpoints are numbered in the order of `WEBHOOK_URL`, because a URL may hold a
//! secret.

use std::fmt::Write;

use clap::Subcommand;
use entity::Timestamp;
use entity::webhook_delivery::Model as WebhookDelivery;
use sea_orm::prelude::Uuid;
use sea_orm::{DatabaseConnection, DbErr};

use crate::clock::SharedClock;
use crate::random::{self, SharedRandom};
use crate::webhooks::status::{self, EndpointStatus};
use crate::webhooks::{Endpoint, Sender, WebhookConfig, enable, replay, test_body};

/// How many failed deliveries are listed for each endpoint.
const LISTED: u64 = 20;

/// What `api webhooks` can do.
#[derive(Subcommand, Debug)]
pub enum WebhookCommand {
    /// List the endpoints, and the deliveries that failed
    List,
    /// Send events again to every endpoint, delivered or not
    Replay {
        /// The id of the event, which receivers know as webhook-id
        #[arg(value_name = "ID", required_unless_present = "since")]
        id: Option<Uuid>,
        /// All events since this time, such as 24h or 2026-11-25T12:00:00Z
        #[arg(long, value_name = "TIME", conflicts_with = "id", value_parser = since)]
        since: Option<Since>,
    },
    /// Send a webhook.test event to every endpoint and print the answers
    Test,
    /// Enable an endpoint that answered 410
    Enable {
        /// The number of the endpoint in the list
        endpoint: usize,
    },
}

/// A time, or how long ago it was.
#[derive(Clone, Copy, Debug)]
pub enum Since {
    /// This time.
    Instant(Timestamp),
    /// So long ago.
    Ago(std::time::Duration),
}

fn since(text: &str) -> Result<Since, &'static str> {
    if let Ok(duration) = humantime::parse_duration(text) {
        return Ok(Since::Ago(duration));
    }
    let instant = humantime::parse_rfc3339_weak(text).ok();
    let instant = instant.and_then(|instant| instant.duration_since(std::time::UNIX_EPOCH).ok());
    instant
        .map(|since_epoch| Since::Instant(Timestamp::from_millis(0) + since_epoch))
        .ok_or("a duration such as 24h, or a time such as 2026-11-25T12:00:00Z")
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each variant has its message")]
pub enum WebhookCommandError {
    #[error("WEBHOOK_URL: not set, so there is no endpoint")]
    NoEndpoint,
    #[error("there is no endpoint {0}; `api webhooks list` shows them")]
    UnknownEndpoint(usize),
    #[error("endpoint {0} is not disabled")]
    NotDisabled(usize),
    #[error("there is no event with this id; events are kept for 14 days")]
    UnknownEvent,
    #[error("not every endpoint accepted the event")]
    NotAccepted { answers: String },
    #[error("the database failed: {0}")]
    Database(#[from] DbErr),
}

/// Runs a command, and returns what it prints.
///
/// # Errors
/// When it fails.
pub async fn run(
    command: WebhookCommand,
    db: &DatabaseConnection,
    config: &WebhookConfig,
    clock: SharedClock,
    random: SharedRandom,
) -> Result<String, WebhookCommandError> {
    let endpoints = &config.endpoints;
    if endpoints.is_empty() && !matches!(command, WebhookCommand::List) {
        return Err(WebhookCommandError::NoEndpoint);
    }
    match command {
        WebhookCommand::List => Ok(list(db, endpoints).await?),
        WebhookCommand::Replay { id: Some(id), .. } => {
            let known = replay::event(db, endpoints, id, clock.now()).await?;
            let done = known.then(|| format!("{id} will be sent again\n"));
            done.ok_or(WebhookCommandError::UnknownEvent)
        }
        WebhookCommand::Replay { since, .. } => {
            let now = clock.now();
            let from = match since {
                Some(Since::Instant(instant)) => instant,
                Some(Since::Ago(duration)) => now - duration,
                None => now,
            };
            let events = replay::since(db, endpoints, from, now).await?;
            Ok(format!("Events to send again: {events}\n"))
        }
        WebhookCommand::Test => test(config, clock, random).await,
        WebhookCommand::Enable { endpoint: number } => {
            let endpoint = number.checked_sub(1).and_then(|index| endpoints.get(index));
            let endpoint = endpoint.ok_or(WebhookCommandError::UnknownEndpoint(number))?;
            let enabled = enable(db, endpoint).await?;
            let done = enabled.then(|| format!("endpoint {number} is enabled\n"));
            done.ok_or(WebhookCommandError::NotDisabled(number))
        }
    }
}

async fn list(db: &DatabaseConnection, endpoints: &[Endpoint]) -> Result<String, DbErr> {
    let mut text = String::new();
    for (index, endpoint) in endpoints.iter().enumerate() {
        let EndpointStatus {
            disabled_at,
            pending,
            given_up,
            newest,
        } = status::of(db, endpoint, LISTED).await?;
        let state = match disabled_at {
            Some(instant) => format!("disabled since {}", instant.to_rfc3339()),
            None => "enabled".to_owned(),
        };
        let number = index + 1;
        let _ = writeln!(
            text,
            "{number}  {}  {state}  pending: {pending}  failed: {given_up}",
            endpoint.origin()
        );
        for delivery in &newest {
            let _ = writeln!(text, "   {}", line(delivery));
        }
    }
    let others = status::pending_for_others(db, endpoints).await?;
    if others > 0 {
        let _ = writeln!(text, "-  endpoints that are not in WEBHOOK_URL  pending: {others}");
    }
    if text.is_empty() {
        text += "WEBHOOK_URL is not set, so there is no endpoint\n";
    }
    Ok(text)
}

fn line(delivery: &WebhookDelivery) -> String {
    format!(
        "{}  {}  {}  attempts: {}  {}",
        delivery.id,
        delivery.event,
        delivery.created_at.to_rfc3339(),
        delivery.attempts,
        delivery.outcome.as_deref().unwrap_or_default()
    )
}

/// Sends a test event to every endpoint, also to a disabled one. It is not kept.
async fn test(config: &WebhookConfig, clock: SharedClock, random: SharedRandom) -> Result<String, WebhookCommandError> {
    let sender = Sender::new(config, clock.clone());
    let (mut text, mut all_accepted) = (String::new(), true);
    for (index, endpoint) in config.endpoints.iter().enumerate() {
        let (now, started) = (clock.now(), clock.monotonic());
        let id = random::uuid(&*random, now);
        let sent = sender.send(endpoint, &id.to_string(), test_body(now)).await;
        let millis = clock.monotonic().duration_since(started).as_millis();
        let (accepted, outcome) = match sent {
            Ok(answer) => {
                let body = String::from_utf8_lossy(&answer.body);
                // On one line, without characters that a terminal obeys.
                let outcome = format!("{} {}", answer.status, body.escape_debug());
                (answer.status.is_success(), outcome)
            }
            Err(reason) => (false, reason),
        };
        all_accepted &= accepted;
        let number = index + 1;
        let _ = writeln!(
            text,
            "{number}  {}  {id}  {millis} ms  {}",
            endpoint.origin(),
            outcome.trim_end()
        );
    }
    if all_accepted {
        Ok(text)
    } else {
        Err(WebhookCommandError::NotAccepted { answers: text })
    }
}
