//! What every row uses: running processes, users and the progress bar.

use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use sea_orm::DatabaseConnection;

use crate::Outcome;
use crate::binaries::Binaries;
use crate::ceilings::{Bare, hashing};
use crate::cpu::Meter;
use crate::load::Load;
use crate::options::Options;
use crate::processes::{Api, Database, Mailbox, RunningApi};
use crate::progress::Progress;
use crate::request::Request;
use crate::sample::Sample;
use crate::seed::{self, User};

/// Active users. There are enough that no user signs in twice at the same time.
const USERS: usize = 2_000;

/// How long a server runs before it is measured, to open its connections and touch its memory.
pub(crate) const WARM_UP: Duration = Duration::from_millis(500);

/// Everything that runs. The fields are in the order in which it must end.
pub(crate) struct Bench {
    pub(crate) options: Options,
    pub(crate) progress: Progress,
    pub(crate) users: Vec<User>,
    pub(crate) bare: Bare,
    pub(crate) server: RunningApi,
    pub(crate) api: Api,
    pub(crate) mailbox: Mailbox,
    pub(crate) db: DatabaseConnection,
    pub(crate) database: Database,
    registrations: usize,
}

impl Bench {
    pub(crate) async fn start(options: Options, progress: Progress, binaries: Binaries) -> Outcome<Self> {
        progress.show("starting");
        let database = Database::start(options.database).await?;
        let mailbox = Mailbox::start(&binaries.mailer_mock).await?;
        let api = Api::new(binaries.api, &database.url, mailbox.smtp)?;
        let server = api.start(&[]).await;
        let db = api::database::connect(&database.url).await?;
        let users = seed::users(&db, USERS).await?;
        Ok(Self {
            options,
            progress,
            users,
            bare: Bare::start(&database.url).await?,
            server,
            api,
            mailbox,
            db,
            database,
            registrations: 0,
        })
    }

    /// Sends requests to the server over a number of connections until the limit.
    pub(crate) async fn server(
        &self,
        limit: Duration,
        connections: usize,
        next: impl FnMut() -> Option<Rc<Request>>,
    ) -> Outcome<Sample> {
        let meter = self.database.meter(&self.server.process);
        drive(self.server.address, meter, limit, connections, next).await
    }

    /// The same for the ceiling that accepts requests.
    pub(crate) async fn bare(
        &self,
        limit: Duration,
        connections: usize,
        next: impl FnMut() -> Option<Rc<Request>>,
    ) -> Outcome<Sample> {
        let meter = self.database.meter(&self.bare.process);
        drive(self.bare.address, meter, limit, connections, next).await
    }

    /// Measures argon2 alone for one slice.
    pub(crate) async fn hashing(&self) -> Outcome<Sample> {
        hashing::measure(self.options.slice()).await
    }

    /// An address that is not registered yet.
    pub(crate) fn new_address(&mut self) -> String {
        self.registrations += 1;
        format!("new-{}@example.com", self.registrations)
    }

    /// Waits for a number of emails, so that none is in flight when the next slice begins.
    pub(crate) async fn mails(&mut self, count: usize) -> Outcome<()> {
        for _ in 0..count {
            self.mailbox.next().await?;
        }
        Ok(())
    }
}

async fn drive(
    server: SocketAddr,
    meter: Meter,
    limit: Duration,
    connections: usize,
    next: impl FnMut() -> Option<Rc<Request>>,
) -> Outcome<Sample> {
    let mut load = Load::open(server, connections).await?;
    let before = meter.read();
    let driven = load.drive(limit, next).await?;
    Ok(Sample::of(&driven, meter.since(before)))
}
