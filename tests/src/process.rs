//! The real binaries, as processes.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;

/// How long a test waits for a line, or for the end of a process.
const GIVE_UP_AFTER: Duration = Duration::from_secs(30);

/// A running program whose output can be read line by line. Dropping it kills it.
pub struct Process {
    child: Child,
    lines: mpsc::UnboundedReceiver<String>,
}

impl Process {
    /// Starts `api` in a folder with these arguments and environment variables only.
    ///
    /// # Panics
    /// When it is not built (`./tests/run` builds it).
    #[must_use]
    pub fn api(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        Self::program(&binary("api"), folder, arguments, environment)
    }

    /// Starts a program in a folder with these arguments and environment variables only.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn program(program: &Path, folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .envs(environment.iter().copied());
        Self::start(command)
    }

    /// Starts a command.
    ///
    /// # Panics
    /// When the program cannot be started.
    #[must_use]
    pub fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let (sender, lines) = mpsc::unbounded_channel();
        let stdout = BufReader::new(child.stdout.take().expect("standard output"));
        let stderr = BufReader::new(child.stderr.take().expect("standard error"));
        tokio::spawn(forward(stdout, sender.clone()));
        tokio::spawn(forward(stderr, sender));
        Self { child, lines }
    }

    /// Its process id.
    ///
    /// # Panics
    /// When it has ended.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id().expect("a running process")
    }

    /// The peak resident memory in KiB (`VmHWM` in proc(5)).
    ///
    /// # Panics
    /// When it has ended, and where there is no `/proc`.
    #[must_use]
    pub fn peak_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).expect("Linux");
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("VmHWM");
        let kib = line.split_ascii_whitespace().nth(1).expect("a number");
        kib.parse().expect("a number")
    }

    /// Waits for the next line that contains a text.
    ///
    /// # Panics
    /// When no such line comes.
    pub async fn line_with(&mut self, text: &str) -> String {
        let found = self.find_line(text).await;
        found.unwrap_or_else(|seen| panic!("a line with {text:?} after {seen:#?}"))
    }

    /// Waits for the next line that contains a text.
    ///
    /// # Errors
    /// The lines that came instead.
    pub async fn find_line(&mut self, text: &str) -> Result<String, Vec<String>> {
        let mut seen = Vec::new();
        let search = async {
            while let Some(line) = self.lines.recv().await {
                if line.contains(text) {
                    return Some(line);
                }
                seen.push(line);
            }
            None
        };
        let found = tokio::time::timeout(GIVE_UP_AFTER, search).await.ok().flatten();
        found.ok_or(seen)
    }

    /// Waits until the API listens, and returns its address.
    ///
    /// # Panics
    /// When it does not listen.
    pub async fn listening(&mut self) -> SocketAddr {
        let line = self.line_with("listens on http://").await;
        let (_, address) = line.rsplit_once("http://").expect("an address");
        let end = address
            .find(|c: char| !c.is_ascii_digit() && !".:[]".contains(c))
            .unwrap_or(address.len());
        address[..end].parse().expect("an address")
    }

    /// Kills the process with SIGKILL, so it cannot finish anything.
    ///
    /// # Panics
    /// When it cannot be killed.
    pub async fn kill(mut self) {
        let killed = tokio::time::timeout(GIVE_UP_AFTER, self.child.kill()).await;
        killed.expect("the process ends").expect("the process can be killed");
    }

    /// Sends a signal such as `INT`, waits for the end, and returns the exit code and the remaining output.
    ///
    /// # Panics
    /// When it does not end.
    pub async fn stop(self, signal: &str) -> (Option<i32>, Vec<String>) {
        self.signal(signal).await;
        self.end().await
    }

    /// Sends a signal such as `INT`.
    ///
    /// # Panics
    /// When it has ended.
    pub async fn signal(&self, signal: &str) {
        let id = self.id().to_string();
        let sent = Command::new("kill")
            .args(["-s", signal, &id])
            .status()
            .await
            .expect("kill");
        assert!(sent.success());
    }

    /// Waits for the end, and returns the exit code and the remaining output.
    ///
    /// # Panics
    /// When it does not end.
    pub async fn end(mut self) -> (Option<i32>, Vec<String>) {
        let ends = async {
            let status = self.child.wait().await.expect("an exit status");
            let mut lines = Vec::new();
            while let Some(line) = self.lines.recv().await {
                lines.push(line);
            }
            (status.code(), lines)
        };
        let ended = tokio::time::timeout(GIVE_UP_AFTER, ends).await;
        ended.expect("the process ends, and nobody else writes to its output")
    }
}

async fn forward(mut from: BufReader<impl tokio::io::AsyncRead + Unpin>, to: mpsc::UnboundedSender<String>) {
    let mut line = String::new();
    while from.read_line(&mut line).await.is_ok_and(|length| length > 0) {
        if to.send(line.trim_end().to_owned()).is_err() {
            return;
        }
        line.clear();
    }
}

/// The path of a binary: cargo puts it beside the folder of the test binaries.
///
/// # Panics
/// Never: a test binary has a path.
#[must_use]
pub fn binary(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("the path of the test binary");
    let folder = test
        .parent()
        .and_then(Path::parent)
        .expect("the folder of the binaries");
    folder.join(name)
}
