//! The real binary, with an output that nobody reads.

use std::fs::File;
use std::io::{PipeReader, pipe};
use std::process::Stdio;

use browser::Port;
use rustix::process::{Pid, Signal, kill_process};
use tests::{Client, Database, Installation, PASSWORD, binary, within};
use tokio::process::Command;

use crate::seconds;

/// A standard stream, and what has to live as long as the process.
struct Output {
    stream: Stdio,
    _reader: Option<PipeReader>,
}

/// The reader has left.
fn closed_pipe() -> Output {
    let (_, writer) = pipe().expect("a pipe");
    Output {
        stream: writer.into(),
        _reader: None,
    }
}

/// The reader does not read. The pipe holds 64 KiB.
fn unread_pipe() -> Output {
    let (reader, writer) = pipe().expect("a pipe");
    Output {
        stream: writer.into(),
        _reader: Some(reader),
    }
}

/// A device that is always full.
fn full_disk() -> Output {
    let device = File::options().write(true).open("/dev/full").expect("Linux");
    Output {
        stream: device.into(),
        _reader: None,
    }
}

type OpenOutput = fn() -> Output;

const BROKEN: [(&str, OpenOutput); 3] = [
    ("a closed pipe", closed_pipe),
    ("an unread pipe", unread_pipe),
    ("a full disk", full_disk),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn broken_output_stops_and_delays_nothing() {
    for (name, output) in BROKEN {
        let port = Port::reserve();
        let address = port.address();
        let database = Database::sqlite();
        let installation = Installation::on(database.url())
            .await
            .with("HTTP_ADDR", &address.to_string())
            .with("RUST_LOG", "trace");
        let (stdout, stderr) = (output(), output());
        let mut process = Command::new(binary("api"))
            .env_clear()
            .envs(installation.environment.iter().map(|(name, value)| (*name, value)))
            .stdin(Stdio::null())
            .stdout(stdout.stream)
            .stderr(stderr.stream)
            .kill_on_drop(true)
            .spawn()
            .expect("the process starts");
        let client = Client::new(address);
        within(seconds(30), "the start", async || is_ready(&client).await).await;

        // Until lines are dropped, and once more after that.
        let mut number = 0;
        let mut dropped = false;
        while !dropped {
            // The log has the path of each request.
            for _ in 0..200 {
                get(&client, &format!("/{}", "x".repeat(10_000)))
                    .await
                    .expect("the server answers");
            }
            dropped = dropped_lines(&client).await > 0;
            number += 1;
            let email = format!("user{number}@example.com");
            let registered = client.register(&email, PASSWORD).await;
            let mail = installation.mailer.mailbox().wait_for(&email, None, seconds(20)).await;
            let code = mail.unwrap_or_else(|| panic!("{name}: email {number}")).codes[0].clone();
            let activated = client
                .activate_with_token(&registered.verification_token(), &code)
                .await;
            client.bearer(&activated.session_token()).me().await.is_active();
        }
        assert!(is_ready(&client).await, "{name}");
        let id = process
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .and_then(Pid::from_raw);
        kill_process(id.expect("it runs"), Signal::TERM).expect("it is ours");
        let ended = tokio::time::timeout(seconds(30), process.wait()).await;
        let status = ended.unwrap_or_else(|_| panic!("{name}: it does not stop"));
        assert_eq!(status.expect("a status").code(), Some(0), "{name}");
    }
}

async fn get(client: &Client, path: &str) -> Option<(u16, String)> {
    let response = client.request(reqwest::Method::GET, path).send().await.ok()?;
    Some((response.status().as_u16(), response.text().await.ok()?))
}

async fn is_ready(client: &Client) -> bool {
    get(client, "/readyz").await.is_some_and(|(status, _)| status == 200)
}

async fn dropped_lines(client: &Client) -> u64 {
    let (_, metrics) = get(client, "/metrics").await.expect("the server answers");
    let line = metrics
        .lines()
        .find_map(|line| line.strip_prefix("log_lines_dropped_total "));
    line.and_then(|count| count.parse().ok()).expect("the metric")
}

/// Runs a command in an empty folder, and returns its exit code and what it writes to standard error.
async fn run(arguments: &[&str], stdout: Stdio, stderr: Option<Stdio>) -> (Option<i32>, String) {
    let folder = tempfile::TempDir::new().expect("a folder");
    let command = Command::new(binary("api"))
        .args(arguments)
        .current_dir(folder.path())
        .env_clear()
        .stdin(Stdio::null())
        .stdout(stdout)
        .stderr(stderr.unwrap_or_else(Stdio::piped))
        .kill_on_drop(true)
        .spawn()
        .expect("the process starts");
    let output = tokio::time::timeout(seconds(30), command.wait_with_output()).await;
    let output = output.expect("the process ends").expect("its output");
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn command_ends_quietly_if_its_reader_leaves() {
    for command in ["schema", "demo", "migrate", "help", "--help", "--version"] {
        let ended = run(&[command], closed_pipe().stream, None).await;
        assert_eq!(ended, (Some(0), String::new()), "{command}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn command_says_that_its_output_could_not_be_written() {
    for command in ["schema", "demo"] {
        let (status, error) = run(&[command], full_disk().stream, None).await;
        assert_eq!(status, Some(1), "{command}: {error}");
        assert!(error.starts_with("error: cannot write to standard output: "), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failed_command_keeps_its_exit_code_without_standard_error() {
    for broken in [closed_pipe, full_disk] {
        for (arguments, code) in [
            (vec!["--http-addr=nowhere"], 1),
            (vec!["--http-addr=127.0.0.1:1", "healthcheck"], 1),
            (vec!["--app-env=production"], 1),
            (vec!["unknown"], 2),
        ] {
            let (status, _) = run(&arguments, broken().stream, Some(broken().stream)).await;
            assert_eq!(status, Some(code), "{arguments:?}");
        }
    }
}
