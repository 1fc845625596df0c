use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Starts a proxy that serves another server below `/mailbox/`, as nginx does with `location /mailbox/ { proxy_pass
/// http://server/; }`. Like nginx, it buffers a response unless the response forbids it. With a date, it replaces that
/// of the server.
pub(super) async fn start(server: SocketAddr, date: Option<String>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let addr = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let date = date.clone();
            // A browser that closes its connection is no failure.
            tokio::spawn(async move { forward(stream, server, date).await.unwrap_or_default() });
        }
    });
    addr
}

async fn forward(stream: TcpStream, server: SocketAddr, date: Option<String>) -> io::Result<()> {
    let mut browser = BufReader::new(stream);
    let head = read_head(&mut browser).await?;
    let Some((method, rest)) = head.split_once(" /mailbox/") else {
        let missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        return browser.write_all(missing).await;
    };
    let head = format!("{method} /{rest}");
    let length = header(&head, "content-length").and_then(|length| length.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    browser.read_exact(&mut body).await?;

    let mut upstream = BufReader::new(TcpStream::connect(server).await?);
    let (request_line, fields) = head.split_once("\r\n").unwrap_or_default();
    let kept = fields
        .split_inclusive("\r\n")
        .filter(|line| !is_field(line, "host") && !is_field(line, "connection"));
    let fields: String = kept.collect();
    let head = format!("{request_line}\r\nHost: {server}\r\nConnection: close\r\n{fields}");
    upstream.write_all(head.as_bytes()).await?;
    upstream.write_all(&body).await?;

    let mut head = read_head(&mut upstream).await?;
    if let (Some(other), Some(date)) = (header(&head, "date"), date) {
        head = head.replace(&other, &date);
    }
    if header(&head, "x-accel-buffering").as_deref() == Some("no") {
        browser.write_all(head.as_bytes()).await?;
        tokio::io::copy(&mut upstream, &mut browser).await?;
    } else {
        let mut response = head.into_bytes();
        upstream.read_to_end(&mut response).await?;
        browser.write_all(&response).await?;
    }
    browser.shutdown().await
}

/// The lines up to the empty one.
async fn read_head(stream: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(head)
}

fn is_field(line: &str, name: &str) -> bool {
    line.split_once(':')
        .is_some_and(|(field, _)| field.eq_ignore_ascii_case(name))
}

fn header(head: &str, name: &str) -> Option<String> {
    let line = head.lines().find(|line| is_field(line, name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
