//! A PostgreSQL server of a test's own, which it may kill.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;
use tokio::process::Command;

use crate::Process;
use crate::unprivileged::{drop_privileges, give_away};

/// How often a start is tried: what is left of a server that was killed can be in the way for a moment.
const TRIES: usize = 100;

/// A server with an empty cluster in a temporary folder. Dropping it ends and removes it.
pub struct Postgres {
    programs: PathBuf,
    folder: TempDir,
    port: u16,
    process: Option<Process>,
}

impl Postgres {
    /// What its only role, `postgres`, proves itself with.
    pub const PASSWORD: &str = "the-password-of-the-database";

    /// Makes a cluster, and starts a server on it.
    ///
    /// # Panics
    /// When there is no PostgreSQL: `./tests/run` installs it.
    pub async fn start() -> Self {
        let mut postgres = Self {
            programs: programs(),
            folder: TempDir::new().expect("a temporary folder"),
            port: free_port(),
            process: None,
        };
        give_away(postgres.folder.path());
        let password = postgres.folder.path().join("password");
        std::fs::write(&password, Self::PASSWORD).expect("a file");
        give_away(&password);
        let made = postgres
            .command("initdb")
            .args(["--username=postgres", "--pwfile=password", "--auth=scram-sha-256"])
            .args(["--encoding=UTF8", "--locale=C", "--no-sync", "--pgdata=data"])
            .output()
            .await
            .expect("initdb");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        postgres.restart().await;
        postgres
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    /// As `DATABASE_URL` takes it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://postgres:{}@{}/postgres", Self::PASSWORD, self.address())
    }

    /// The number of its first process in the system, whose children are its others; `None` while it is down.
    #[must_use]
    pub fn process_id(&self) -> Option<u32> {
        self.process.as_ref().map(Process::id)
    }

    /// Kills it with SIGKILL, and with it whatever works for it: nothing is finished, nothing is said to clients.
    pub async fn kill(&mut self) {
        if let Some(process) = self.process.take() {
            kill_with_children(process.id());
            process.kill().await;
        }
    }

    /// Starts it on the cluster that is there, and waits until it takes connections.
    ///
    /// # Panics
    /// When it does not.
    pub async fn restart(&mut self) {
        let mut said = Vec::new();
        for _ in 0..TRIES {
            let mut command = self.command("postgres");
            command
                .args(["-D", "data", "-c", "listen_addresses=127.0.0.1"])
                .args(["-c", "unix_socket_directories="])
                .arg("-p")
                .arg(self.port.to_string());
            let mut process = Process::start(command);
            match process.find_line("ready to accept connections").await {
                Ok(_) => {
                    self.process = Some(process);
                    return;
                }
                Err(lines) => said = lines,
            }
        }
        panic!("PostgreSQL starts: {said:#?}");
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.current_dir(self.folder.path());
        drop_privileges(&mut command);
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(process) = &self.process {
            kill_with_children(process.id());
        }
        // Those that were killed may still be on their way out.
        for _ in 0..TRIES {
            if std::fs::remove_dir_all(self.folder.path()).is_ok() {
                return;
            }
        }
    }
}

fn kill_with_children(process: u32) {
    let process = process.to_string();
    let children = process::Command::new("pgrep").args(["-P", &process]).output();
    let children = children.expect("pgrep").stdout;
    let children = String::from_utf8(children).expect("numbers");
    let killed = process::Command::new("kill")
        .args(["-s", "KILL", &process])
        .args(children.split_whitespace())
        .stderr(process::Stdio::null())
        .status();
    // One of the children may have ended by itself.
    killed.expect("kill");
}

/// The folder of the PostgreSQL programs, found as `./tests/run` finds it.
fn programs() -> PathBuf {
    if let Some(folder) = std::env::var_os("PG_BIN").filter(|folder| !folder.is_empty()) {
        return folder.into();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path)
        .filter_map(|folder| folder.join("initdb").canonicalize().ok())
        .filter_map(|program| Some(program.parent()?.to_owned()));
    let mut packaged: Vec<_> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|version| Some(version.ok()?.path().join("bin")))
        .collect();
    packaged.sort_by_key(|folder| std::cmp::Reverse(version(folder)));
    on_path
        .chain(packaged)
        .find(|folder| ["initdb", "postgres"].iter().all(|name| folder.join(name).exists()))
        .expect("a PostgreSQL server is installed: run the tests with ./tests/run")
}

/// 17 of `/usr/lib/postgresql/17/bin`.
fn version(folder: &std::path::Path) -> Option<u32> {
    folder.parent()?.file_name()?.to_str()?.parse().ok()
}

/// Below the ports that systems hand out by themselves, so that nobody takes it while the server is down.
fn free_port() -> u16 {
    static DRAWN: AtomicU32 = AtomicU32::new(0);
    loop {
        let number = process::id() * 31 + DRAWN.fetch_add(1, Ordering::Relaxed);
        let port = 10_000 + u16::try_from(number % 10_000).expect("four digits");
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}
