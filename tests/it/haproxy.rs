//! Two servers behind `HAProxy`, with the configuration of `deploy/haproxy`.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use browser::Port;
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{Client, Database, Installation, PASSWORD, Process, within};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::process::Command;

const CONFIGURATION: &str = include_str!("../../deploy/haproxy/haproxy.cfg");

/// How often each client sends a request.
const PERIOD: Duration = Duration::from_millis(50);

/// How long `HAProxy` may take to notice that a server is ready.
const UP_WITHIN: Duration = Duration::from_secs(30);

const EMAIL: &str = "ada@example.com";

/// `HAProxy` with the documented configuration, in which only addresses and paths differ, and without TLS.
struct HaProxy {
    port: Port,
    socket: PathBuf,
    _process: Process,
}

impl HaProxy {
    fn start(folder: &Path, servers: [SocketAddr; 2]) -> Self {
        let (port, socket) = (Port::reserve(), folder.join("haproxy.sock"));
        let replaced = [
            ("10.0.0.11:8000", servers[0].to_string()),
            ("10.0.0.12:8000", servers[1].to_string()),
            ("/run/haproxy/admin.sock", socket.display().to_string()),
        ];
        let mut text = CONFIGURATION.to_owned();
        for (from, to) in replaced {
            assert!(text.contains(from), "{from}");
            text = text.replace(from, &to);
        }
        let not_here = ["bind :80", "bind :::", "user ", "group ", "log /dev/log"];
        let (secure, plain) = ("bind :443 ", format!("    bind {}", port.address()));
        let lines = text.lines().filter_map(|line| match line.trim() {
            line if line.starts_with(secure) => Some(&*plain),
            trimmed if not_here.iter().any(|start| trimmed.starts_with(start)) => None,
            _ => Some(line),
        });
        let file = folder.join("haproxy.cfg");
        // A frontend needs an address.
        let text = lines
            .collect::<Vec<_>>()
            .join("\n")
            .replace("frontend plain", "backend plain");
        fs::write(&file, text + "\n").expect("a file");
        let mut command = Command::new("haproxy");
        command.arg("-db").arg("-f").arg(file);
        Self {
            port,
            socket,
            _process: Process::start(command),
        }
    }

    /// What it answers to this command, once it has bound its addresses: those of the frontends before this socket.
    async fn ask(&self, command: &str) -> Option<String> {
        let mut stream = UnixStream::connect(&self.socket).await.ok()?;
        let line = format!("{command}\n");
        stream.write_all(line.as_bytes()).await.expect("HAProxy reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("HAProxy answers");
        Some(answer)
    }

    /// Whether requests are sent to this server.
    async fn is_up(&self, server: &str) -> bool {
        let Some(table) = self.ask("show stat").await else {
            return false;
        };
        let mut rows = table.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let heads = rows.next().expect("the names of the columns");
        let status = heads.iter().position(|head| *head == "status").expect("a column");
        let row = rows.find(|row| row[..2] == ["api", server]);
        row.is_some_and(|row| row[status] == "UP")
    }

    /// Whether it counts this many open connections of its only client.
    async fn counts(&self, connections: usize) -> bool {
        let table = self.ask("show table public").await.expect("the socket is bound");
        let count = format!("conn_cur={connections}");
        table.split_whitespace().any(|word| word == count)
    }

    async fn wait_until_up(&self, server: &str) {
        within(UP_WITHIN, "HAProxy uses the server", async || self.is_up(server).await).await;
    }
}

/// What the clients saw.
#[derive(Default)]
struct Load {
    is_over: AtomicBool,
    answered: AtomicUsize,
    failures: Mutex<Vec<String>>,
}

impl Load {
    /// Sends one request after the other until the end, each client on its own connection.
    async fn keep_sending(&self, client: Client, token: &str, number: usize) {
        let mut interval = tokio::time::interval(PERIOD);
        let mut turn = 0;
        while !self.is_over.load(Ordering::Relaxed) {
            match send(&client, token, number, turn).await {
                Ok(()) => drop(self.answered.fetch_add(1, Ordering::Relaxed)),
                Err(failure) => self.failures.lock().expect("no panic").push(failure),
            }
            turn += 1;
            interval.tick().await;
        }
    }
}

/// Sends requests of one of six kinds.
async fn send(client: &Client, token: &str, number: usize, turn: usize) -> Result<(), String> {
    let credentials = |email: &str| json!({ "input": { "email": email, "password": PASSWORD } });
    match number % 6 {
        0 => drop(payload(&client.bearer(token), "{me{id}}", json!({})).await?),
        1 => drop(payload(&client.basic(EMAIL, PASSWORD), "{me{id}}", json!({})).await?),
        2 => {
            let query = "mutation($input:SignInInput!){signIn(input:$input){session{token}userErrors{code}}}";
            let signed_in = payload(client, query, credentials(EMAIL)).await?;
            let session = signed_in["session"]["token"].as_str().ok_or("no token")?;
            payload(
                &client.bearer(session),
                "mutation{signOut{userErrors{code}}}",
                json!({}),
            )
            .await?;
        }
        3 => {
            let query = "mutation($input:RegisterInput!){register(input:$input){userErrors{code}}}";
            payload(client, query, credentials(&format!("user{number}.{turn}@example.com"))).await?;
        }
        4 => drop(payload(client, "{registrationPolicy{codeLength}}", json!({})).await?),
        _ => {
            let path = "/graphql?query={registrationPolicy{codeLength}}";
            let answer = client.request(Method::GET, path).send().await;
            let read = async { answer?.error_for_status()?.text().await };
            read.await.map_err(|error| format!("{error:?}"))?;
        }
    }
    Ok(())
}

/// The value of the root field, if there is no error.
async fn payload(client: &Client, query: &str, variables: Value) -> Result<Value, String> {
    let answer = client.try_send(query, variables).await;
    let answer = answer.map_err(|error| format!("{query}: {error:?}"))?;
    let payload = answer.body["data"].as_object().and_then(|data| data.values().next());
    let payload = payload.filter(|payload| answer.body["errors"].is_null() && !payload.is_null());
    let payload = payload.filter(|payload| payload["userErrors"].as_array().is_none_or(Vec::is_empty));
    payload
        .cloned()
        .ok_or_else(|| format!("{query}: {} {}", answer.status, answer.body))
}

/// Registers and activates, and returns the token of the session.
async fn sign_up(client: &Client, installation: &Installation) -> String {
    client.register(EMAIL, PASSWORD).await.succeeds();
    let mailbox = installation.mailer.mailbox();
    let mail = mailbox.wait_for(EMAIL, None, UP_WITHIN).await.expect("an email");
    client
        .basic(EMAIL, PASSWORD)
        .activate(&mail.codes[0])
        .await
        .session_token()
}

async fn start(installation: &mut Installation, port: &Port) -> Process {
    installation.environment.retain(|(name, _)| *name != "HTTP_ADDR");
    let address = port.address().to_string();
    installation.environment.push(("HTTP_ADDR", address));
    installation.start().await.0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doctor_finds_nothing_wrong_with_haproxy() {
    let database = Database::sqlite();
    let installation = Installation::on(database.url())
        .await
        .with("TRUSTED_PROXIES", "127.0.0.1");
    let (_process, client) = installation.start().await;
    let folder = TempDir::new().expect("a folder");
    let proxy = HaProxy::start(folder.path(), [client.address(); 2]);
    proxy.wait_until_up("api-1").await;
    let url = format!("http://{}", proxy.port.address());
    let installation = installation.with("PUBLIC_URL", &url);
    let (code, lines) = installation.process_with(&["doctor"]).end().await;
    let line = lines.iter().find(|line| line.contains("  proxy "));
    let is_ok = line.is_some_and(|line| line.starts_with("ok ") && line.contains("a proxy in 127.0.0.0/24"));
    assert!(code == Some(0) && is_ok, "{lines:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn client_has_a_hundred_connections() {
    let folder = TempDir::new().expect("a folder");
    let servers = [Port::reserve(), Port::reserve()];
    let proxy = HaProxy::start(folder.path(), servers.each_ref().map(Port::address));
    let address = proxy.port.address();
    within(UP_WITHIN, "HAProxy listens", async || {
        proxy.ask("show info").await.is_some()
    })
    .await;
    let mut connections = Vec::new();
    for _ in 0..100 {
        connections.push(TcpStream::connect(address).await.expect("a connection"));
    }
    // Its threads accept connections in any order, so the last one waits until the others are counted.
    within(UP_WITHIN, "HAProxy counts", async || proxy.counts(100).await).await;
    // It may be closed at once.
    let refused = match TcpStream::connect(address).await {
        Ok(connection) => answer(connection).await,
        Err(_) => String::new(),
    };
    assert_eq!(refused, "");
    // No server runs.
    let served = answer(connections.remove(0)).await;
    assert!(served.starts_with("HTTP/1.1 503 "), "{served}");
}

/// What is answered to a request on this connection. It is empty if the connection was closed.
async fn answer(mut connection: TcpStream) -> String {
    let mut bytes = vec![0; 1024];
    let _ = connection.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    let read = tokio::time::timeout(UP_WITHIN, connection.read(&mut bytes)).await;
    let read = read.expect("HAProxy answers").unwrap_or(0);
    String::from_utf8_lossy(&bytes[..read]).into_owned()
}

mod postgres {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn rolling_restart_under_load_fails_no_request() {
        let database = Database::postgres().await;
        let mut installation = Installation::on(database.url())
            .await
            .with("TRUSTED_PROXIES", "127.0.0.1")
            .with("SHUTDOWN_DELAY", "5s");
        let ports = [Port::reserve(), Port::reserve()];
        let mut servers = Vec::new();
        for port in &ports {
            servers.push(start(&mut installation, port).await);
        }
        let folder = TempDir::new().expect("a folder");
        let proxy = HaProxy::start(folder.path(), ports.each_ref().map(Port::address));
        for name in ["api-1", "api-2"] {
            proxy.wait_until_up(name).await;
        }

        let address = proxy.port.address();
        let token = sign_up(&Client::new(address), &installation).await;
        let load = Load::default();
        let clients = (0..12).map(|number| load.keep_sending(Client::new(address), &token, number));
        let restarts = async {
            for (port, name) in ports.iter().zip(["api-1", "api-2"]).cycle().take(4) {
                let (code, log) = servers.remove(0).stop("TERM").await;
                assert_eq!(code, Some(0), "{log:#?}");
                servers.push(start(&mut installation, port).await);
                proxy.wait_until_up(name).await;
            }
            load.is_over.store(true, Ordering::Relaxed);
        };
        tokio::join!(futures_util::future::join_all(clients), restarts);
        let failures = load.failures.into_inner().expect("no panic");
        let answered = load.answered.into_inner();
        let examples = &failures[..failures.len().min(5)];
        assert!(
            failures.is_empty(),
            "{} of {} failed: {examples:#?}",
            failures.len(),
            failures.len() + answered
        );
        println!("{answered} turns, and no failure");
    }
}
