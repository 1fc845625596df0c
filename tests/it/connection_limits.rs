//! The real binary, with few file descriptors and many connections.

use std::net::{IpAddr, SocketAddr};

use rustix::process::{Pid, Resource, Rlimit, prlimit};
use tests::{Client, Database, Installation, PASSWORD, Process, binary};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::process::Command;
use tokio::time::timeout;

use crate::{loopback, seconds};

const REQUEST: &str = "GET /livez HTTP/1.1\r\nhost: a\r\n\r\n";
const HALF_A_HEAD: &str = "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: appl";
const HALF_A_BODY: &str =
    "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"query\":";

/// Starts the binary after a shell command that changes its limits.
fn start_after(limits: &str, installation: &Installation) -> Process {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{limits} && exec \"$0\"")]);
    command.arg(binary("api"));
    let environment = installation.environment.iter();
    command
        .env_clear()
        .envs(environment.map(|(name, value)| (*name, value)));
    Process::start(command)
}

async fn connect(from: IpAddr, to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind((from, 0).into()).expect("a loopback address");
    socket.connect(to).await.expect("the server accepts")
}

async fn is_served(stream: &mut TcpStream) -> bool {
    let exchange = async {
        stream.write_all(REQUEST.as_bytes()).await?;
        let mut read = Vec::new();
        while !read.ends_with(b"ok\n") {
            if stream.read_buf(&mut read).await? == 0 {
                return Ok(false);
            }
        }
        std::io::Result::Ok(true)
    };
    matches!(timeout(seconds(10), exchange).await, Ok(Ok(true)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_network_cannot_take_every_connection() {
    let database = Database::sqlite();
    let installation = Installation::on(database.url()).await;
    // 128 are kept, so there are 128 connections, 32 for one network.
    let mut api = start_after("ulimit -n 256", &installation);
    let server = api.listening().await;
    let mut patient = connect(loopback(1), server).await;
    assert!(is_served(&mut patient).await);

    let mut held = Vec::new();
    for number in 0..400 {
        let mut stream = connect(loopback(2), server).await;
        match number % 4 {
            0 => assert!(is_served(&mut stream).await, "{number}"),
            1 => stream
                .write_all(HALF_A_HEAD.as_bytes())
                .await
                .expect("the server reads"),
            2 => stream
                .write_all(HALF_A_BODY.as_bytes())
                .await
                .expect("the server reads"),
            _ => {}
        }
        held.push(stream);
    }
    // Another network, that network itself, and the database and mail server.
    assert!(
        is_served(&mut patient).await,
        "another network keeps its idle connection"
    );
    for network in [1, 2, 3] {
        assert!(
            is_served(&mut connect(loopback(network), server).await).await,
            "{network}"
        );
    }
    let client = Client::new(server).at(loopback(2));
    client.register("ada@example.com", PASSWORD).await.succeeds();
    let mailbox = installation.mailer.mailbox();
    assert!(mailbox.wait_for("ada@example.com", None, seconds(20)).await.is_some());
    let (status, log) = api.stop("TERM").await;
    assert_eq!(status, Some(0));
    assert!(!log.iter().any(|line| line.contains("WARN")), "{log:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_networks_share_the_connections() {
    let database = Database::sqlite();
    let installation = Installation::on(database.url()).await.with("MAX_CONNECTIONS", "40");
    let mut api = installation.process();
    let server = api.listening().await;
    let mut held = Vec::new();
    for number in 0..200 {
        let mut stream = connect(loopback(number % 50), server).await;
        assert!(is_served(&mut stream).await, "{number}");
        held.push(stream);
    }
    for (number, stream) in held.iter_mut().enumerate() {
        assert_eq!(
            is_served(stream).await,
            number >= 160,
            "{number}: the 40 newest are open"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_through_a_trusted_proxy_share_no_network() {
    let database = Database::sqlite();
    let installation = Installation::on(database.url())
        .await
        .with("MAX_CONNECTIONS_PER_NETWORK", "2")
        .with("TRUSTED_PROXIES", "127.0.7.0/24");
    let mut api = installation.process();
    let server = api.listening().await;
    for (network, served) in [(7, true), (8, false)] {
        let mut first = connect(loopback(network), server).await;
        assert!(is_served(&mut first).await);
        for _ in 0..2 {
            assert!(is_served(&mut connect(loopback(network), server).await).await);
        }
        let mut second = connect(loopback(network), server).await;
        assert!(is_served(&mut second).await);
        let mut third = connect(loopback(network), server).await;
        assert!(is_served(&mut third).await);
        assert_eq!(is_served(&mut first).await, served, "{network}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn soft_limit_is_raised_to_the_hard_one() {
    let database = Database::sqlite();
    let installation = Installation::on(database.url()).await;
    let mut api = start_after("ulimit -Sn 64 && ulimit -Hn 1000", &installation);
    api.listening().await;
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", api.id())).expect("Linux");
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max open files"))
        .expect("it");
    assert_eq!(line.split_ascii_whitespace().nth(3), Some("1000"), "{line}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_few_files_end_the_start_with_one_line() {
    let database = Database::sqlite();
    for (limit, connections, required) in [(100, "", 144), (1_000, "5000", 5_128)] {
        let installation = Installation::on(database.url())
            .await
            .with("MAX_CONNECTIONS", connections);
        let (status, lines) = start_after(&format!("ulimit -n {limit}"), &installation).end().await;
        assert_eq!(status, Some(1), "{lines:#?}");
        let expected = format!(
            "error: MAX_CONNECTIONS: this process may open {limit} files, and needs {required}; raise the limit (ulimit -n) \
             or allow fewer connections"
        );
        assert_eq!(lines, [expected]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_free_descriptor_idle_connections_make_room() {
    let database = Database::sqlite();
    let installation = Installation::on(database.url()).await;
    let (api, client) = installation.start().await;
    client.register("ada@example.com", PASSWORD).await.succeeds();
    let pid = i32::try_from(api.id()).ok().and_then(Pid::from_raw);
    let files = std::fs::read_dir(format!("/proc/{}/fd", api.id()))
        .expect("Linux")
        .count() as u64;
    let limit = Rlimit {
        current: Some(files + 10),
        maximum: Some(files + 10),
    };
    prlimit(pid, Resource::Nofile, limit).expect("the limit can be lowered");
    let mut held = Vec::new();
    for number in 0..30 {
        let mut stream = connect(loopback(2), client.address()).await;
        assert!(is_served(&mut stream).await, "{number}");
        held.push(stream);
    }
    let (status, log) = api.stop("TERM").await;
    assert_eq!(status, Some(0));
    let failures: Vec<_> = log
        .iter()
        .filter(|line| line.contains("cannot accept connections"))
        .collect();
    // The first one at once; later ones share a line in ten seconds.
    assert!(failures[0].contains("failures=1"), "{log:#?}");
    assert!(failures.len() < 5, "{log:#?}");
}
