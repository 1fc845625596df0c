use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

const REFUSAL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// Listens on an address in place of a server, and answers with 503 until a request for this path was answered.
///
/// # Panics
/// When the address is in use.
pub async fn refuse_until(path: &str, address: SocketAddr) {
    let listener = TcpListener::bind(address).await.expect("the address is free");
    let (answered, mut paths) = mpsc::unbounded_channel();
    loop {
        tokio::select! {
            Ok((stream, _)) = listener.accept() => {
                let answered = answered.clone();
                // In a task, because browsers also open connections that they do not use.
                tokio::spawn(async move { answered.send(refuse(stream).await) });
            }
            Some(line) = paths.recv() => {
                if line.is_some_and(|line| line.contains(&format!(" {path} "))) {
                    return;
                }
            }
        }
    }
}

/// Answers one request, and returns its first line.
async fn refuse(stream: TcpStream) -> Option<String> {
    let mut stream = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        head.push(line);
    }
    stream.get_mut().write_all(REFUSAL).await.ok()?;
    head.into_iter().next()
}
