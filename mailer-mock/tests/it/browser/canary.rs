use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Another server, which records when an email runs a script or loads anything.
pub(super) struct Canary {
    addr: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Canary {
    /// Serves `html` at `/page` without any protection.
    pub(super) async fn start(html: impl Fn(SocketAddr) -> String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let addr = listener.local_addr().expect("an address");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let page: Arc<str> = html(addr).into();
        let recorder = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&page), Arc::clone(&recorder)));
            }
        });
        Self { addr, requests }
    }

    pub(super) fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The requested paths.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no panic").clone()
    }
}

async fn answer(mut stream: TcpStream, page: Arc<str>, requests: Arc<Mutex<Vec<String>>>) {
    let mut request = vec![0; 8_192];
    let length = stream.read(&mut request).await.unwrap_or_default();
    let request = String::from_utf8_lossy(&request[..length]);
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    let body: &str = if path == "/page" { &page } else { "" };
    if path != "/page" && path != "/favicon.ico" && !path.is_empty() {
        requests.lock().expect("no panic").push(path);
    }
    let status = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nAccess-Control-Allow-Origin: *\r\nConnection: close";
    let answer = format!("{status}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let _ = stream.write_all(answer.as_bytes()).await;
}
