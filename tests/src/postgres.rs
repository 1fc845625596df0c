//! PostgreSQL servers: one that the tests of a process share, and servers that a test has to itself and may kill.

mod programs;

use std::io::{BufRead, BufReader, Lines, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{self, Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::task::{block_in_place, spawn_blocking};

use crate::unprivileged::drop_privileges;

/// The parent process of the server. It outlives this process for a moment, to clean up.
const SUPERVISOR: &str = include_str!("postgres/supervise.sh");

/// How often a start is tried: the remains of a killed server can be in the way for a moment.
const MAX_STARTS: usize = 100;

/// A server with an empty cluster in a temporary folder. It is gone when this is dropped, and when the process ends.
pub struct Postgres {
    supervisor: Child,
    output: Lines<BufReader<ChildStdout>>,
    folder: PathBuf,
    settings: &'static str,
    port: u16,
    process_id: Option<u32>,
}

impl Postgres {
    /// The password of its only role, `postgres`.
    pub const PASSWORD: &str = "the-password-of-the-database";

    /// The server that the tests of this process share. It starts when the first test asks for it. It asks for no
    /// password and does not wait for the disk, so it is fast.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        let settings = "-c fsync=off -c full_page_writes=off -c max_connections=400";
        in_background(|| SHARED.get_or_init(|| Self::create("trust", settings))).await
    }

    /// Starts a server of its own, with the settings that PostgreSQL has by default.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start() -> Self {
        in_background(|| Self::create("scram-sha-256", "")).await
    }

    fn create(authentication: &str, settings: &'static str) -> Self {
        let mut command = Command::new("sh");
        command
            .args(["-c", SUPERVISOR, "supervise.sh"])
            .arg(programs::folder())
            .args([authentication, Self::PASSWORD])
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Ctrl-C in a terminal, which ends the tests, must not end their supervisor.
            .process_group(0);
        // PostgreSQL refuses to run as root.
        drop_privileges(&mut command);
        let mut supervisor = command.spawn().expect("sh starts");
        let output = BufReader::new(supervisor.stdout.take().expect("stdout is piped"));
        let mut postgres = Self {
            supervisor,
            output: output.lines(),
            folder: PathBuf::new(),
            settings,
            port: 0,
            process_id: None,
        };
        let folder = postgres.next_line();
        postgres.folder = folder
            .expect("the user of PostgreSQL cannot write to the temporary folder: set TMPDIR to another one")
            .into();
        let created = postgres.next_line().is_some_and(|line| line == "ok");
        assert!(created, "initdb failed:\n{}", postgres.log());
        let started = (0..MAX_STARTS).any(|_| {
            postgres.port = free_port();
            postgres.try_start()
        });
        assert!(started, "PostgreSQL does not start:\n{}", postgres.log());
        postgres
    }

    /// One of the programs of PostgreSQL, such as `pg_dump`.
    #[must_use]
    pub fn program(name: &str) -> PathBuf {
        programs::folder().join(name)
    }

    /// The address that it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    /// The value of `DATABASE_URL` for its first database.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_of("postgres")
    }

    /// The value of `DATABASE_URL` for a database.
    #[must_use]
    pub fn url_of(&self, database: &str) -> String {
        format!("postgres://postgres:{}@{}/{database}", Self::PASSWORD, self.address())
    }

    /// The id of its main process, the parent of its other processes; `None` while it is down.
    #[must_use]
    pub fn process_id(&self) -> Option<u32> {
        self.process_id
    }

    /// The temporary folder, which holds everything that it writes.
    #[must_use]
    pub fn folder(&self) -> &std::path::Path {
        &self.folder
    }

    /// Kills it with SIGKILL, and all its processes: they finish nothing and tell their clients nothing.
    ///
    /// # Panics
    /// When it cannot be killed.
    pub fn kill(&mut self) {
        if let Some(process) = self.process_id.take() {
            kill_with_children(process);
            // Where nothing reaps the killed process, PostgreSQL would take it for a running server.
            std::fs::remove_file(self.pid_file()).expect("the file is there");
        }
    }

    /// Starts it again on the same cluster and port, and waits until it accepts connections.
    ///
    /// # Panics
    /// When it does not start, or when the runtime has a single thread.
    pub fn restart(&mut self) {
        let started = block_in_place(|| (0..MAX_STARTS).any(|_| self.try_start()));
        assert!(started, "PostgreSQL does not start:\n{}", self.log());
    }

    fn try_start(&mut self) -> bool {
        let (port, settings) = (self.port, self.settings);
        let mut input = self.supervisor.stdin.as_ref().expect("stdin is piped");
        let options = format!("-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= {settings}\n");
        input.write_all(options.as_bytes()).expect("the supervisor reads");
        let started = self.next_line().is_some_and(|line| line == "ok");
        if started {
            let file = std::fs::read_to_string(self.pid_file()).expect("a server has this file");
            self.process_id = file.lines().next().and_then(|id| id.parse().ok());
        }
        started
    }

    fn next_line(&mut self) -> Option<String> {
        self.output.next()?.ok()
    }

    fn pid_file(&self) -> PathBuf {
        self.folder.join("data/postmaster.pid")
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // This closes the standard input of the supervisor first.
        let _ = self.supervisor.wait();
    }
}

async fn in_background<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let done = spawn_blocking(work).await;
    done.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}

fn kill_with_children(process: u32) {
    let process = process.to_string();
    let children = Command::new("pgrep").args(["-P", &process]).output();
    let children = String::from_utf8(children.expect("pgrep").stdout).expect("numbers");
    let killed = Command::new("kill")
        .args(["-s", "KILL", &process])
        .args(children.split_whitespace())
        .stderr(Stdio::null())
        .status();
    // It fails when one of the children has already ended.
    killed.expect("kill");
}

/// A free port below those that systems assign, so that no other program takes it while the server is down.
fn free_port() -> u16 {
    static TRIED: AtomicU32 = AtomicU32::new(0);
    loop {
        let number = process::id() * 31 + TRIED.fetch_add(1, Ordering::Relaxed);
        let port = 10_000 + u16::try_from(number % 10_000).expect("four digits");
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}
