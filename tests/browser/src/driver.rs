use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::programs::DRIVER;
use crate::timeout::TIMEOUT;

/// `chromedriver` chooses a port for IPv4 and ends when another process has the same port for IPv6. That is rare.
const MAX_STARTS: usize = 5;

/// A running `chromedriver`. Dropping it kills it.
pub(crate) struct Driver {
    process: Child,
    port: String,
    /// What it and its browser write to stderr.
    errors: JoinHandle<String>,
}

impl Driver {
    /// Starts the driver.
    pub(crate) async fn start() -> Self {
        Self::start_with(|| Command::new(DRIVER.as_path())).await
    }

    /// Starts a command until it says its port.
    async fn start_with(command: impl Fn() -> Command) -> Self {
        let mut output = String::new();
        for _ in 0..MAX_STARTS {
            match Self::try_start(command()).await {
                Ok(driver) => return driver,
                Err(said) => output.push_str(&said),
            }
        }
        panic!("ChromeDriver ended {MAX_STARTS} times before it said its port:\n{output}");
    }

    /// Fails with the output of the command.
    async fn try_start(mut command: Command) -> Result<Self, String> {
        let mut process = command
            .args(["--port=0", "--enable-chrome-logs"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}: ./tests/run installs it"));
        let mut stderr = process.stderr.take().expect("stderr is piped");
        // Both outputs are read to their ends: ChromeDriver must never wait for a reader.
        let errors = tokio::spawn(async move {
            let mut text = String::new();
            let _ = stderr.read_to_string(&mut text).await;
            text
        });
        let mut lines = BufReader::new(process.stdout.take().expect("stdout is piped")).lines();
        let mut output = String::new();
        let port = async {
            while let Ok(Some(line)) = lines.next_line().await {
                if let Some((_, port)) = line.split_once("successfully on port ") {
                    return Some(port.trim_end_matches('.').to_owned());
                }
                output.push_str(&line);
                output.push('\n');
            }
            None
        };
        let port = timeout(TIMEOUT, port)
            .await
            .expect("ChromeDriver says its port in time");
        if let Some(port) = port {
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Ok(Self { process, port, errors });
        }
        Err(output + &errors.await.expect("the task does not panic"))
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Returns what it and its browser wrote to stderr, if both have ended.
    pub(crate) async fn stop(mut self) -> String {
        let _ = self.process.kill().await;
        let errors = timeout(Duration::from_secs(1), self.errors).await;
        errors.ok().and_then(Result::ok).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A shell script in place of `chromedriver`.
    fn script(text: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", text, "chromedriver"]);
        command
    }

    #[tokio::test]
    async fn driver_that_ends_is_started_again() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let driver = Driver::start_with(|| {
            let mut command = script(
                "echo start >>starts
                 if [ $(wc -l <starts) -lt 3 ]; then echo 'bind() failed' >&2; exit 1; fi
                 echo 'Starting ChromeDriver 130.0 on port 0'
                 echo 'ChromeDriver was started successfully on port 4466.'",
            );
            command.current_dir(folder.path());
            command
        })
        .await;
        assert_eq!(driver.url(), "http://127.0.0.1:4466");
    }

    #[tokio::test]
    #[should_panic(
        expected = "ended 5 times before it said its port:\nno port\nbind() failed\nno port\nbind() failed\n"
    )]
    async fn driver_that_always_ends_is_reported_with_its_output() {
        Driver::start_with(|| script("echo 'no port'; echo 'bind() failed' >&2; exit 1")).await;
    }

    #[tokio::test]
    #[should_panic(expected = "./tests/run installs it")]
    async fn missing_driver_is_reported_with_how_to_install_it() {
        Driver::start_with(|| Command::new("/nowhere/chromedriver")).await;
    }
}
