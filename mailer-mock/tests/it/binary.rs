use std::net::SocketAddr;
use std::process::{Output, Stdio};
use std::sync::LazyLock;

use browser::Port;
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use crate::support::{Client, GIVE_UP_AFTER, start};

const PROGRAM: &str = env!("CARGO_BIN_EXE_mailer-mock");

/// The variables of all settings, and of the log. The help has those that clap knows.
static VARIABLES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let output = std::process::Command::new(PROGRAM).arg("--help").output();
    let help = String::from_utf8(output.expect("the process starts").stdout).expect("UTF-8");
    let settings = help.split("[env: ").skip(1);
    let names = settings.filter_map(|setting| setting.split(['=', ']']).next());
    names.chain(["RUST_LOG"]).map(str::to_owned).collect()
});

fn mailer_mock(arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    for name in &*VARIABLES {
        command.env_remove(name);
    }
    command
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

async fn run(mut command: Command) -> Output {
    let output = timeout(GIVE_UP_AFTER, command.output()).await;
    output.expect("the process ends").expect("the process starts")
}

/// Unlike [`run`], keeps the standard output that the command has.
async fn run_with_its_output(mut command: Command) -> Output {
    let child = command.spawn().expect("the process starts");
    let output = timeout(GIVE_UP_AFTER, child.wait_with_output()).await;
    output.expect("the process ends").expect("its output")
}

/// The running binary, and its log after the first two lines, which contain the addresses.
struct Running {
    child: Child,
    log: Lines<BufReader<ChildStdout>>,
    smtp: SocketAddr,
    http: SocketAddr,
}

impl Running {
    async fn start(mut command: Command) -> Self {
        let mut child = command.spawn().expect("the process starts");
        let stdout = child.stdout.take().expect("it is piped");
        let mut log = BufReader::new(stdout).lines();
        let smtp = address(&next(&mut log).await, "smtp://");
        let http = address(&next(&mut log).await, "http://");
        Self { child, log, smtp, http }
    }

    fn signal(&self, signal: Signal) {
        let id = self.child.id().expect("it runs");
        let pid = i32::try_from(id).ok().and_then(Pid::from_raw);
        kill_process(pid.expect("a process"), signal).expect("it is ours");
    }
}

async fn next(log: &mut Lines<BufReader<ChildStdout>>) -> String {
    let line = timeout(GIVE_UP_AFTER, log.next_line()).await;
    line.expect("in time").expect("it is open").expect("a line")
}

fn address(line: &str, scheme: &str) -> SocketAddr {
    let (_, address) = line.split_once(scheme).expect("an address");
    address.parse().expect("an address")
}

#[tokio::test]
async fn logs_one_line_per_message() {
    let mut running = Running::start(mailer_mock(&["--smtp", "127.0.0.1:0", "--http", "127.0.0.1:0"])).await;
    for (mail, line) in [
        (
            "Subject: Your activation code\r\n\r\nYour code is 4466.",
            r#"delivered to=alice@example.com code=4466 subject="Your activation code""#,
        ),
        ("no code", r#"delivered to=alice@example.com code=- subject="""#),
        (
            "Subject: =?utf-8?q?x=0D=0A2026_INFO_delivered_to=3Deve_=1B[2J=22?=\r\n\r\n",
            r#"delivered to=alice@example.com code=- subject="x\r\n2026 INFO delivered to=eve \u{1b}[2J\"""#,
        ),
    ] {
        let mut client = Client::sending(running.smtp, "alice@example.com").await;
        assert_eq!(client.code(&format!("{mail}\r\n.")).await, 250);
        let logged = next(&mut running.log).await;
        assert!(
            logged.contains(" INFO ") && logged.ends_with(&format!(": {line}")),
            "{logged}"
        );
    }
}

#[tokio::test]
async fn broken_output_stops_and_delays_nothing() {
    let closed = || Stdio::from(std::io::pipe().expect("a pipe").1);
    let full = || {
        let device = std::fs::File::options().write(true).open("/dev/full");
        Stdio::from(device.expect("Linux"))
    };
    let (_unread, writer) = std::io::pipe().expect("a pipe");
    let unread = || Stdio::from(writer.try_clone().expect("a pipe"));
    let outputs: [&dyn Fn() -> Stdio; 3] = [&closed, &full, &unread];
    for output in outputs {
        let port = Port::reserve();
        let smtp = port.address();
        let mut child = mailer_mock(&["--smtp", &smtp.to_string(), "--http", "127.0.0.1:0"])
            .env("RUST_LOG", "trace")
            .stdout(output())
            .stderr(output())
            .spawn()
            .expect("the process starts");
        let listens = async {
            while tokio::net::TcpStream::connect(smtp).await.is_err() {
                tokio::task::yield_now().await;
            }
        };
        timeout(GIVE_UP_AFTER, listens).await.expect("it starts");
        // More than a pipe holds.
        let subject = format!("Subject: {}\r\n\r\n.", "x".repeat(900));
        for _ in 0..200 {
            let mut client = Client::sending(smtp, "ada@example.com").await;
            assert_eq!(client.code(&subject).await, 250);
        }
        let id = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        kill_process(id.expect("it runs"), Signal::TERM).expect("it is ours");
        let status = timeout(GIVE_UP_AFTER, child.wait()).await.expect("in time");
        assert_eq!(status.expect("it ends").code(), Some(0));
    }
    for arguments in [["--help"], ["--version"]] {
        let mut command = mailer_mock(&arguments);
        command.stdout(closed());
        let output = run_with_its_output(command).await;
        assert_eq!(
            (output.status.code(), output.stderr.len()),
            (Some(0), 0),
            "{arguments:?}"
        );
    }
}

#[tokio::test]
async fn stops_with_success_on_signals() {
    for signal in [Signal::TERM, Signal::INT] {
        let mut command = mailer_mock(&[]);
        command
            .env("MAILER_MOCK_SMTP", "127.0.0.1:0")
            .env("MAILER_MOCK_HTTP", "127.0.0.1:0");
        let mut running = Running::start(command).await;
        let _open = Client::greeted(running.smtp).await;
        running.signal(signal);
        let status = timeout(GIVE_UP_AFTER, running.child.wait()).await;
        let status = status.expect("in time").expect("the process ends");
        assert_eq!(status.code(), Some(0), "{signal:?}");
    }
}

#[tokio::test]
async fn port_in_use_is_a_one_line_error() {
    let mock = start().await;
    let taken = mock.smtp_addr().to_string();
    let output = run(mailer_mock(&["--smtp", &taken, "--http", "127.0.0.1:0"])).await;
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(error.contains(&taken) && error.lines().count() == 1, "{error}");
}

#[tokio::test]
async fn auth_and_no_starttls_flags_work() {
    let flags = ["--auth", "ada:secret", "--no-starttls"];
    let ports = ["--smtp", "127.0.0.1:0", "--http", "127.0.0.1:0"];
    let running = Running::start(mailer_mock(&[flags.as_slice(), &ports].concat())).await;
    let mut client = Client::greeted(running.smtp).await;
    assert_eq!(client.code("MAIL FROM:<a@example.com>").await, 530);
    assert_eq!(client.code("STARTTLS").await, 502);
    assert_eq!(client.code("AUTH PLAIN AGFkYQBzZWNyZXQ=").await, 235);
    assert_eq!(client.code("MAIL FROM:<a@example.com>").await, 250);

    let output = run(mailer_mock(&[["--auth", "secret"].as_slice(), &ports].concat())).await;
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(
        error.contains("--auth") && error.contains("expected user:password"),
        "{error}"
    );
}

#[tokio::test]
async fn allowed_hosts_variable_works() {
    let mut command = mailer_mock(&["--smtp", "127.0.0.1:0", "--http", "127.0.0.1:0"]);
    command.env("MAILER_MOCK_ALLOWED_HOSTS", "mail.example.com, mail.example.org");
    let running = Running::start(command).await;
    for (host, status) in [
        ("mail.example.com", 200),
        ("mail.example.org:443", 200),
        ("evil.example", 421),
    ] {
        let request = reqwest::Client::new().get(format!("http://{}/", running.http));
        let answer = request.header("host", host).send().await.expect("a response");
        assert_eq!(answer.status(), status, "{host}");
    }

    for text in ["https://mail.example.com/", ".example.com"] {
        let output = run(mailer_mock(&["--allowed-host", text])).await;
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success());
        assert!(error.contains("expected a host name without a port"), "{error}");
    }
}

#[tokio::test]
async fn empty_variables_count_as_not_set() {
    assert!(VARIABLES.iter().any(|name| name == "MAILER_MOCK_AUTH"), "{VARIABLES:?}");
    let with_empty_variables = |arguments: &[&str]| {
        let mut command = mailer_mock(arguments);
        command.envs(VARIABLES.iter().map(|name| (name, "")));
        command
    };
    // A flag hides its variable, so without flags. Wrong usage exits with 2, even if nothing listens on the default port.
    let output = run(with_empty_variables(&["healthcheck"])).await;
    assert!(matches!(output.status.code(), Some(0 | 1)), "{output:?}");

    let ports = ["--smtp", "127.0.0.1:0", "--http", "127.0.0.1:0"];
    let running = Running::start(with_empty_variables(&ports)).await;
    let mut client = Client::greeted(running.smtp).await;
    assert_eq!(client.code("MAIL FROM:<a@example.com>").await, 250, "no login");
    assert_eq!(client.code("RSET").await, 250);
    assert_eq!(client.code("STARTTLS").await, 220);
}

#[tokio::test]
async fn invalid_rust_log_is_a_one_line_error() {
    let mut command = mailer_mock(&["--smtp", "127.0.0.1:0", "--http", "127.0.0.1:0"]);
    command.env("RUST_LOG", "loud=very");
    let output = run(command).await;
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(error.contains("RUST_LOG") && error.lines().count() == 1, "{error}");
}

#[tokio::test]
async fn healthcheck_reports_success_and_failure() {
    let running = Running::start(mailer_mock(&["--smtp", "127.0.0.1:0", "--http", "0.0.0.0:0"])).await;
    let http = running.http.to_string();
    for check in [["healthcheck", "--http", &http], ["--http", &http, "healthcheck"]] {
        let output = run(mailer_mock(&check)).await;
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
    let smtp = running.smtp.to_string();
    let output = run(mailer_mock(&["healthcheck", "--http", &smtp])).await;
    assert_eq!(output.status.code(), Some(1), "not an HTTP server");

    let mock = start().await;
    let closed = mock.http_addr().to_string();
    mock.shutdown().await;
    let output = run(mailer_mock(&["healthcheck", "--http", &closed])).await;
    assert_eq!(output.status.code(), Some(1), "no server");
}
