//! Starts and stops the server, for `main` and for the tests.

use std::net::SocketAddr;

use secrecy::ExposeSecret;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::accounts::keep_sweeping;
use crate::accounts::mails::Composer;
use crate::app::App;
use crate::clock::{self, SharedClock};
use crate::http::Limits;
use crate::mail::MailWorker;
use crate::random::SharedRandom;
use crate::settings::Config;
use crate::start_error::StartError;
use crate::{database, http};

/// A running server.
pub struct Server {
    address: SocketAddr,
    app: App,
    mail_worker: MailWorker,
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
        let (listener, address) = listen("HTTP_ADDR", config.http.addr).await?;
        let metrics_listener = match config.http.metrics_addr {
            Some(address) => Some(listen("METRICS_ADDR", address).await?.0),
            None => None,
        };
        let db = database::connect_with_pool(config.database_url.expose_secret(), config.database_pool).await?;
        database::migrate(&db).await?;
        let app = App::start(db, clock, random, &config.app)?;
        clock::compare(&app.db, &*app.clock, &app.metrics).await;
        let composer = Composer::new(app.clone(), &config.mail_from, config.activation_url)?;
        let mail_worker = MailWorker::new(
            app.db.clone(),
            app.clock.clone(),
            app.random.clone(),
            app.outbox.clone(),
            app.metrics.clone(),
            &config.smtp,
            composer.into_compose(),
        )?;
        let stop = CancellationToken::new();
        let serve = |listener, router| tokio::spawn(http::serve(listener, router, Limits::default(), stop.clone()));
        if let Some(listener) = metrics_listener {
            serve(
                listener,
                http::metrics_router(app.metrics.clone(), config.http.allowed_hosts.clone()),
            );
        }
        Ok(Self {
            address,
            http: serve(listener, http::router(app.clone(), config.http)),
            background: tokio::spawn(background(mail_worker.clone(), app.clone(), stop.clone())),
            app,
            mail_worker,
            stop,
        })
    }

    /// Where the API listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What the use cases need, for tests that look behind the API.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The mail worker, for tests that send one email at a time.
    #[must_use]
    pub fn mail_worker(&self) -> &MailWorker {
        &self.mail_worker
    }

    /// Stops gracefully: finishes the requests and the emails that are in progress, and accepts no new ones.
    pub async fn stop(self) {
        self.stop.cancel();
        let _ = self.http.await;
        let _ = self.background.await;
        let _ = self.app.db.close().await;
    }
}

/// Binds the address of a setting. Port 0 becomes a free port.
async fn listen(name: &'static str, address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |source| StartError::Listen { name, address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

async fn background(mail_worker: MailWorker, app: App, stop: CancellationToken) {
    let comparing = clock::keep_comparing(app.db.clone(), app.clock.clone(), app.metrics.clone());
    tokio::join!(
        mail_worker.run(stop.clone()),
        stop.run_until_cancelled(comparing),
        stop.run_until_cancelled(keep_sweeping(app)),
    );
}
