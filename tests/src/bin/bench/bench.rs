//! What every slice uses: the running processes and the users.

use std::fs::read_to_string;
use std::rc::Rc;
use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};

use crate::load::Load;
use crate::meter::Meter;
use crate::options::Options;
use crate::processes::{Api, Database, Server, build};
use crate::receivers::{Mailbox, Sink};
use crate::request::Request;
use crate::sample::Sample;
use crate::seed::{self, User};
use tests::Outcome;

/// Active users. There are enough that no user signs in twice at the same time.
const USERS: usize = 10_000;

/// The users in the requests of a database of millions. They are too many for a cache to hold all their rows.
const USERS_OF_MANY: u32 = 50_000;

/// Everything that runs. The fields are in the order in which it must end.
pub(crate) struct Bench {
    pub(crate) options: Options,
    pub(crate) users: Vec<User>,
    server: Option<Server>,
    pub(crate) many: Option<Many>,
    pub(crate) axum: Server,
    pub(crate) mailbox: Mailbox,
    pub(crate) sink: Sink,
    api: Api,
    pub(crate) db: DatabaseConnection,
    database: Database,
    addresses: usize,
}

/// A second server, with a database of millions of users.
pub(crate) struct Many {
    pub(crate) server: Server,
    pub(crate) requests: Vec<Rc<Request>>,
}

impl Bench {
    pub(crate) async fn start(options: Options) -> Outcome<Self> {
        let folder = build().await?;
        let database = Database::start(options.database).await?;
        let url = database.url();
        let mailbox = Mailbox::start(folder.join("mailer-mock")).await?;
        let api = Api::new(folder.join("api"), url.clone(), mailbox.smtp)?;
        // It creates the schema.
        let server = api.start(&[]).await;
        let db = api::database::connect(&url).await?;
        Ok(Self {
            users: seed::users(&db, USERS).await?,
            options,
            server: Some(server),
            many: None,
            axum: Server::axum_alone(&url).await?,
            mailbox,
            sink: Sink::start().await?,
            api,
            db,
            database,
            addresses: 0,
        })
    }

    /// The line above the table. The numbers mean little without it.
    pub(crate) async fn machine(&self) -> Outcome<String> {
        let database = match &self.database {
            Database::Postgres(_) => {
                "'PostgreSQL ' || current_setting('server_version') || ', shared_buffers ' \
                 || current_setting('shared_buffers')"
            }
            Database::Sqlite(_) => "'SQLite ' || sqlite_version()",
        };
        let statement = Statement::from_string(self.db.get_database_backend(), format!("SELECT {database}"));
        let database: String = self
            .db
            .query_one_raw(statement)
            .await?
            .ok_or("no version")?
            .try_get_by_index(0)?;
        let cpuinfo = read_to_string("/proc/cpuinfo").unwrap_or_default();
        let processor = cpuinfo
            .lines()
            .find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        Ok(format!(
            "{} cores of {} · {} {} · {database} · {} rounds of {} s",
            api::credentials::cores(),
            processor.map_or(std::env::consts::ARCH, |(_, name)| name),
            std::env::consts::OS,
            read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim(),
            self.options.rounds(),
            self.options.limit().as_secs(),
        ))
    }

    /// Ends the server and starts another one with these additional settings.
    pub(crate) async fn restart(&mut self, settings: &[(&str, String)]) {
        self.stop().await;
        self.server = Some(self.api.start(settings).await);
    }

    pub(crate) async fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.process.stop("TERM").await;
        }
    }

    /// The running server.
    pub(crate) fn server(&self) -> Outcome<&Server> {
        Ok(self.server.as_ref().ok_or("the server does not run")?)
    }

    /// Starts the server with millions of users, in a database of its own.
    pub(crate) async fn start_many(&mut self, users: u32) -> Outcome<()> {
        let Database::Postgres(postgres) = &self.database else {
            return Err("--scale needs --database postgres: it creates users with generate_series".into());
        };
        self.db.execute_unprepared("CREATE DATABASE many").await?;
        let url = postgres.url_of("many");
        let server = self.api.start(&[("DATABASE_URL", url.clone())]).await;
        eprintln!("creating {users} users");
        let requests = seed::many_users(&url, users, USERS_OF_MANY).await?;
        self.many = Some(Many { server, requests });
        Ok(())
    }

    /// A meter of a server and the database.
    pub(crate) fn meter(&self, server: &Server) -> Meter {
        Meter::start(server.process.id(), self.database.postmaster())
    }

    /// Sends requests to a server over a number of connections until the limit.
    pub(crate) async fn load(
        &self,
        server: &Server,
        connections: usize,
        limit: Duration,
        next: impl FnMut() -> Option<Rc<Request>>,
    ) -> Outcome<Sample> {
        let mut load = Load::open(server.address, connections).await?;
        let meter = self.meter(server);
        let (answers, took) = load.drive(limit, next).await?;
        Ok(meter.sample(answers, took))
    }

    /// An address that is not registered yet.
    pub(crate) fn new_address(&mut self) -> String {
        self.addresses += 1;
        format!("new-{}@example.com", self.addresses)
    }
}
