//! Starts and stops the server, for `main` and for the tests.

use std::net::SocketAddr;
use std::sync::Arc;

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
use crate::settings::Config;
use crate::start_error::StartError;
use crate::{database, graphql, http};

/// A running server.
pub struct Server {
    address: SocketAddr,
    accounts: Accounts,
    delivery: Delivery,
    stop: CancellationToken,
    http: JoinHandle<()>,
    background: JoinHandle<()>,
}

impl Server {
    /// Starts everything. When this returns, the database is migrated and the server accepts connections.
    ///
    /// # Errors
    /// When a part of the server cannot be started.
    pub async fn start(config: Config, clock: SharedClock, random: SharedRandom) -> Result<Self, StartError> {
        let (listener, address) = listen("HTTP_ADDR", config.http).await?;
        let metrics_listener = match config.metrics {
            Some(address) => Some(listen("METRICS_ADDR", address).await?.0),
            None => None,
        };
        let db = database::connect(config.database_url.expose_secret()).await?;
        database::migrate(&db).await?;
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
            config.smtp_url.expose_secret(),
            &config.mail_from,
            metrics.clone(),
        )
        .map_err(|text| match text.split_once(':') {
            Some(("SMTP_URL", _)) => StartError::SmtpUrl,
            _ => StartError::MailFrom,
        })?;
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
            mailbox: config.mailbox_url,
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

    /// The use cases, for tests.
    #[must_use]
    pub fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// The delivery of email, for tests.
    #[must_use]
    pub fn delivery(&self) -> &Delivery {
        &self.delivery
    }

    /// Stops gracefully: finishes the requests and the emails that are in progress, and accepts no new ones.
    pub async fn stop(self) {
        self.stop.cancel();
        let _ = self.http.await;
        let _ = self.background.await;
        let _ = self.accounts.db.close().await;
    }
}

/// Binds the address of a setting. Port 0 becomes a free port.
async fn listen(name: &'static str, address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |source| StartError::Listen { name, address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

async fn background(delivery: Delivery, accounts: Accounts, stop: CancellationToken) {
    tokio::join!(
        delivery.keep_delivering(stop.clone()),
        stop.run_until_cancelled(accounts.keep_sweeping()),
    );
}
