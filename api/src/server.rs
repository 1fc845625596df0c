//! Starts and stops the server, for `main` and for the tests.

mod listeners;
mod measure;
mod stop;

use std::net::SocketAddr;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use http_server::Supervisor;
use secrecy::ExposeSecret;
use tokio::task::JoinHandle;

use self::listeners::Listeners;
use crate::accounts::keep_sweeping;
use crate::accounts::mails::Composer;
use crate::app::App;
use crate::audit::keep_flushing;
use crate::clock::SharedClock;
use crate::mail::{MailWorker, Templates};
use crate::random::SharedRandom;
use crate::settings::Config;
use crate::shutdown::Shutdown;
use crate::start_error::StartError;
use crate::{clock_offset, database, http, secret_key_check};

/// A running server.
pub struct Server {
    address: SocketAddr,
    app: App,
    /// Stops what listens, before the workers stop.
    listening: Supervisor,
    listeners: Vec<JoinHandle<()>>,
    workers: Vec<JoinHandle<()>>,
    shutdown: Shutdown,
}

impl Server {
    /// Starts everything. When this returns, the database is migrated and the server accepts connections.
    ///
    /// # Errors
    /// When a part of the server cannot be started.
    pub async fn start(config: Config, clock: SharedClock, random: SharedRandom) -> Result<Self, StartError> {
        let templates = Templates::load(config.mail_templates.as_deref(), config.product, config.default_locale)?;
        let templates = Arc::new(templates);
        let previews = config
            .mail_previews
            .then(|| http::MailPreviews::new(templates.clone(), config.activation_url.clone()));
        let listeners = Listeners::bind(&config.http, config.database_pool).await?;
        let address = listeners.address;
        let db = database::connect_with_pool(config.database_url.expose_secret(), config.database_pool).await?;
        database::migrate(&db).await?;
        let app = App::start(db, clock, random, &config.app)?;
        let composer = Composer::new(app.clone(), &config.mail_from, config.activation_url, templates)?;
        let mail_worker = composer.into_worker(&config.smtp)?;
        // Last of all: it stores the key, which only a server that starts may do.
        let is_same_key = secret_key_check::check_and_store(&app.db, &app.keys).await;
        if !is_same_key.map_err(StartError::CheckSecretKey)? {
            return Err(StartError::OtherSecretKey { folder: config.data });
        }
        clock_offset::compare(&app.db, &*app.clock, &app.metrics).await;
        let workers = background(&mail_worker, &app);
        let listening = app.supervisor.with_own_stop();
        let listeners = listeners.serve(&app, &listening, config.http, previews, config.shutdown.requests());
        Ok(Self {
            address,
            app,
            listening,
            listeners,
            workers,
            shutdown: config.shutdown,
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
}

/// Starts the tasks that work between the requests.
fn background(mail_worker: &MailWorker, app: &App) -> Vec<JoinHandle<()>> {
    let (supervisor, stop) = (&app.supervisor, app.supervisor.stopping());
    let mail = {
        let (worker, stop) = (mail_worker.clone(), stop.clone());
        supervisor.keep_running("mail", move || worker.clone().run(stop.clone()))
    };
    let until_stop = |name, mut task: Box<dyn FnMut(App) -> BoxFuture<'static, ()> + Send>| {
        let (stop, app) = (stop.clone(), app.clone());
        supervisor.keep_running(name, move || {
            let (stop, task) = (stop.clone(), task(app.clone()));
            async move {
                stop.run_until_cancelled(task).await;
            }
        })
    };
    let webhooks = app.webhooks.workers(&app.db, &app.metrics).into_iter().map(|worker| {
        let stop = stop.clone();
        supervisor.keep_running("webhooks", move || worker.clone().run(stop.clone()))
    });
    let worker = mail_worker.clone();
    let connections = until_stop(
        "mail connections",
        Box::new(move |_| Box::pin(worker.clone().keep_closing_unused())),
    );
    let mut has_panicked = false;
    let sweeping = app.clone();
    // Not cancelled: it gives its lease back.
    let sweep = supervisor.keep_running("sweep", move || {
        keep_sweeping(sweeping.clone(), std::mem::replace(&mut has_panicked, true))
    });
    let compare = until_stop(
        "clock",
        Box::new(|app| Box::pin(clock_offset::keep_comparing(app.db, app.clock, app.metrics))),
    );
    let measure = until_stop("measure", Box::new(|app| Box::pin(measure::keep_measuring(app))));
    let refusals = until_stop(
        "refusals",
        Box::new(|app| Box::pin(keep_flushing(app.refusals, app.db, app.clock))),
    );
    let mut tasks = vec![mail, connections, sweep, compare, measure, refusals];
    tasks.extend(webhooks);
    tasks
}
