//! The connection to a collector.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::Request;
use hyper::body::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use super::client::Collector;
use super::config::TracesConfig;
use crate::tls;

fn config(url: &str) -> TracesConfig {
    TracesConfig::new(url.parse().expect("a URL"))
}

fn request() -> Request<Bytes> {
    let request = Request::post("http://ignored.example/ignored");
    request.body(Bytes::from_static(b"spans")).expect("a request")
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    (listener, address)
}

/// Answers one request for `localhost` over TLS. Gives the port, the certificate that is its own authority, and the
/// request.
async fn serve_tls() -> (u16, RootCertStore, JoinHandle<String>) {
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let mut roots = RootCertStore::empty();
    roots.add(own.cert.der().clone()).expect("a root");
    let key = PrivateKeyDer::Pkcs8(own.signing_key.serialize_der().into());
    let server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key);
    let acceptor = TlsAcceptor::from(Arc::new(server.expect("a certificate with its key")));
    let (listener, address) = listen().await;
    let received = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("a connection");
        let Ok(mut stream) = acceptor.accept(stream).await else {
            return String::new();
        };
        let mut request = Vec::new();
        while !request.ends_with(b"spans") {
            stream.read_buf(&mut request).await.expect("a request");
        }
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(answer).await.expect("a client");
        String::from_utf8_lossy(&request).to_lowercase()
    });
    (address.port(), roots, received)
}

#[tokio::test]
async fn spans_go_below_the_url_over_tls_with_the_headers() {
    let (port, roots, received) = serve_tls().await;
    let mut config = config(&format!("https://localhost:{port}/tenant/"));
    config.headers.insert("api-key", "a key".parse().expect("a value"));
    let answer = Collector::new(&config, tls::connector_with(roots)).send(request());
    assert_eq!(answer.await.expect("an answer").status(), 200);
    let received = received.await.expect("a request");
    assert!(
        received.starts_with("post /tenant/v1/traces http/1.1\r\n"),
        "{received}"
    );
    for header in [format!("host: localhost:{port}"), "api-key: a key".to_owned()] {
        assert!(
            received.contains(&format!("\r\n{header}\r\n")),
            "{header} in {received}"
        );
    }
}

#[tokio::test]
async fn unknown_authority_gets_no_spans() {
    let (port, _, received) = serve_tls().await;
    let config = config(&format!("https://localhost:{port}"));
    let refused = Collector::new(&config, tls::connector()).send(request()).await;
    let reason = refused.expect_err("a failure");
    assert_eq!(reason, "TLS: the certificate is not valid");
    assert_eq!(received.await.expect("no panic"), "");
}

#[tokio::test]
async fn collector_has_a_time_to_answer() {
    let (_listener, address) = listen().await;
    let mut config = config(&format!("http://{address}"));
    config.timeout = Duration::from_millis(10);
    let failed = Collector::new(&config, tls::connector()).send(request()).await;
    assert_eq!(failed.err().as_deref(), Some("no answer in time"));
}
