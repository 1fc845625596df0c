//! The whole server, as `main` and the tests start it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use mailer_mock::MailerMock;
use secrecy::ExposeSecret;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::account::{Accounts, ClientLimit, SessionLookups};
use crate::clock::SharedClock;
use crate::hashing::Hasher;
use crate::keys::Keys;
use crate::mail::delivery::Delivery;
use crate::mail::outbox::Waker;
use crate::metrics::Metrics;
use crate::random::SharedRandom;
use crate::settings::{Config, Mail};
use crate::{database, graphql, http};

/// A running server.
pub struct Server {
    address: SocketAddr,
    mailer_mock: Option<MailerMock>,
    mailbox: Option<String>,
    accounts: Accounts,
    delivery: Delivery,
    stop: CancellationToken,
    http: JoinHandle<()>,
    background: JoinHandle<()>,
}

impl Server {
    /// Starts everything: the database is migrated and the address bound when this returns.
    ///
    /// # Errors
    /// One line that says what could not be started.
    pub async fn start(config: Config, clock: SharedClock, random: SharedRandom) -> Result<Self, String> {
        let listener = listen("HTTP_ADDR", config.http).await?;
        let metrics_listener = match config.metrics {
            Some(address) => Some(listen("METRICS_ADDR", address).await?),
            None => None,
        };
        let address = listener.local_addr().map_err(|error| format!("HTTP_ADDR: {error}"))?;
        let db = database::connect(config.database_url.expose_secret())
            .await
            .map_err(|error| format!("DATABASE_URL: the database cannot be opened: {error}"))?;
        database::migrate(&db)
            .await
            .map_err(|error| format!("DATABASE_URL: the database cannot be migrated: {error}"))?;

        let (smtp_url, mailer_mock) = match config.mail {
            Mail::Server(url) => (url, None),
            Mail::Embedded { smtp, http } => {
                let mock = embedded_mailer(smtp, http).await?;
                (format!("smtp://{}", mock.smtp_addr()).into(), Some(mock))
            }
        };
        let embedded = mailer_mock.as_ref().map(|mock| mailbox_origin(mock.http_addr()));
        let mailbox = config.mailbox_url.or(embedded);
        let metrics = Metrics::new();
        let accounts = Accounts {
            db: db.clone(),
            clock: clock.clone(),
            random: random.clone(),
            hasher: Hasher::start(config.hashing, metrics.clone())?,
            keys: Arc::new(Keys::derive(&config.secret_key)),
            policy: config.policy,
            client_limit: ClientLimit::per_minute(config.client_limit_per_minute, clock.clone()),
            sessions: SessionLookups::start(db.clone(), clock.clone(), config.policy),
            outbox: Waker::default(),
        };
        let delivery = Delivery::new(
            accounts.clone(),
            smtp_url.expose_secret(),
            &config.mail_from,
            metrics.clone(),
        )?;
        let context = http::Context {
            schema: graphql::schema(accounts.clone(), config.introspection),
            db,
            clock,
            random,
            proxies: config.trusted_proxies,
            metrics,
        };
        let counters = context.metrics.clone();
        let options = http::Options {
            graphiql: config.graphiql,
            mailbox: mailbox.clone(),
            introspection: config.introspection,
            metrics: config.metrics.is_none(),
            origins: config.origins,
        };
        let router = http::router(context, options);
        let limits = http::Limits::default();
        let stop = CancellationToken::new();
        if let Some(listener) = metrics_listener {
            tokio::spawn(http::serve(
                listener,
                http::metrics_router(counters),
                limits,
                stop.clone(),
            ));
        }
        Ok(Self {
            address,
            mailer_mock,
            mailbox,
            http: tokio::spawn(http::serve(listener, router, limits, stop.clone())),
            background: tokio::spawn(background(delivery.clone(), accounts.clone(), stop.clone())),
            accounts,
            delivery,
            stop,
        })
    }

    /// Where the API listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The embedded mailer-mock, if no mail server was given.
    #[must_use]
    pub fn mailer_mock(&self) -> Option<&MailerMock> {
        self.mailer_mock.as_ref()
    }

    /// Where the mails are to be read, in development.
    #[must_use]
    pub fn mailbox(&self) -> Option<&str> {
        self.mailbox.as_deref()
    }

    /// The use cases, for tests that look behind the API.
    #[must_use]
    pub fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// Delivery, for tests that deliver one mail at a time.
    #[must_use]
    pub fn delivery(&self) -> &Delivery {
        &self.delivery
    }

    /// Takes no more requests, answers those that are under way, finishes the mail that is being sent, and ends.
    pub async fn stop(self) {
        self.stop.cancel();
        let _ = self.http.await;
        let _ = self.background.await;
        let _ = self.accounts.db.close().await;
        if let Some(mock) = self.mailer_mock {
            mock.shutdown().await;
        }
    }
}

async fn listen(name: &str, address: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(address)
        .await
        .map_err(|error| format!("{name}: {address} cannot be listened on: {error}"))
}

async fn background(delivery: Delivery, accounts: Accounts, stop: CancellationToken) {
    tokio::join!(
        delivery.keep_delivering(stop.clone()),
        stop.run_until_cancelled(accounts.keep_sweeping()),
    );
}

/// As a browser reaches it: `localhost` leads to the first address of this machine, and to no other.
fn mailbox_origin(address: SocketAddr) -> String {
    match address.ip() {
        IpAddr::V4(Ipv4Addr::LOCALHOST) | IpAddr::V6(Ipv6Addr::LOCALHOST) => {
            format!("http://localhost:{}", address.port())
        }
        _ => format!("http://{address}"),
    }
}

/// Starts mailer-mock. A port that nobody asked for may be taken by something else; one that was given may not.
async fn embedded_mailer(smtp: Option<SocketAddr>, http: Option<SocketAddr>) -> Result<MailerMock, String> {
    let default = mailer_mock::Config::default();
    let mut config = mailer_mock::Config {
        smtp: smtp.unwrap_or(default.smtp),
        http: http.unwrap_or(default.http),
        ..default
    };
    for (name, given, address) in [
        ("MAILER_MOCK_SMTP", smtp, &mut config.smtp),
        ("MAILER_MOCK_HTTP", http, &mut config.http),
    ] {
        if let Err(error) = TcpListener::bind(*address).await {
            if given.is_some() {
                return Err(format!("{name}: {address} cannot be listened on: {error}"));
            }
            tracing::warn!("{address} is taken, so the embedded mailer-mock takes a free port instead ({name})");
            *address = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
        }
    }
    MailerMock::start(config)
        .await
        .map_err(|error| format!("the embedded mailer-mock cannot be started: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mailbox_is_where_it_listens() {
        for (address, origin) in [
            ("127.0.0.1:8025", "http://localhost:8025"),
            ("[::1]:8025", "http://localhost:8025"),
            ("127.0.0.2:8025", "http://127.0.0.2:8025"),
        ] {
            assert_eq!(mailbox_origin(address.parse().expect("an address")), origin);
        }
    }
}
