//! The connection to an endpoint: which address, which certificate, and how much of an answer.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rcgen::{CertificateParams, Issuer, KeyPair};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use super::endpoint::{Endpoint, WebhookConfig};
use super::send::{Answer, Sender};
use super::target::{Resolver, parse_url};
use crate::clock::SystemClock;
use crate::tls;

/// Every name has the address 127.0.0.1.
fn config() -> WebhookConfig {
    WebhookConfig {
        endpoints: Vec::new(),
        allow_private: true,
        resolver: Resolver::new(|_| Box::pin(async { Ok(vec![[127, 0, 0, 1].into()]) })),
    }
}

async fn send_with(sender: &Sender, url: &str) -> Result<Answer, String> {
    let endpoint = Endpoint::new(parse_url(url).expect(url), Vec::new());
    sender.send(&endpoint, "id", "{}".to_owned()).await
}

async fn send(config: &WebhookConfig, url: &str) -> Result<Answer, String> {
    send_with(&Sender::new(config, Arc::new(SystemClock)), url).await
}

/// Reads the head and the body of one request, and answers.
async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, answer: &[u8]) {
    let mut request = Vec::new();
    while !request.ends_with(b"{}") {
        if stream.read_buf(&mut request).await.is_ok_and(|length| length == 0) {
            return;
        }
    }
    let _ = stream.write_all(answer).await;
    let _ = stream.flush().await;
    // Until the client leaves.
    let _ = stream.read_to_end(&mut request).await;
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    (listener, address)
}

/// Answers one request with these bytes.
async fn answers(answer: Vec<u8>) -> SocketAddr {
    let (listener, address) = listen().await;
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("a connection");
        serve(stream, &answer).await;
    });
    address
}

fn failure(sent: Result<Answer, String>) -> String {
    sent.err().expect("a failure")
}

#[tokio::test]
async fn connection_goes_to_the_address_that_was_checked() {
    let address = answers(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()).await;
    // A name whose second answer would be another address.
    let lookups = Arc::new(AtomicUsize::new(0));
    let count = lookups.clone();
    let resolver = Resolver::new(move |_| {
        let number = u8::try_from(count.fetch_add(1, Ordering::Relaxed)).expect("few");
        Box::pin(async move { Ok(vec![[127, 0, 0, 1 + number].into()]) })
    });
    let config = WebhookConfig { resolver, ..config() };
    let url = format!("http://hooks.example.com:{}", address.port());
    let sent = send(&config, &url).await.expect("an answer");
    assert_eq!(sent.status, 204);
    assert_eq!(lookups.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn private_address_gets_no_connection() {
    let (listener, address) = listen().await;
    let config = WebhookConfig {
        allow_private: false,
        ..config()
    };
    for host in ["hooks.example.com", "127.0.0.1", "localhost"] {
        let refused = failure(send(&config, &format!("http://{host}:{}", address.port())).await);
        assert!(refused.contains("not public"), "{refused}");
    }
    assert!(futures_util::poll!(std::pin::pin!(listener.accept())).is_pending());
}

#[tokio::test]
async fn second_address_is_used_if_the_first_refuses() {
    let address = answers(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec()).await;
    let tried = Arc::<Mutex<Vec<String>>>::default();
    let names = tried.clone();
    let resolver = Resolver::new(move |name| {
        names.lock().expect("no panic").push(name);
        Box::pin(async { Ok(vec![[127, 0, 0, 9].into(), [127, 0, 0, 1].into()]) })
    });
    let config = WebhookConfig { resolver, ..config() };
    let sent = send(&config, &format!("http://hooks.example.com:{}", address.port())).await;
    assert_eq!(sent.expect("an answer").status, 200);
    assert_eq!(*tried.lock().expect("no panic"), ["hooks.example.com"]);
}

#[tokio::test]
async fn long_answers_are_cut() {
    let mut long = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n".to_vec();
    long.resize(long.len() + 100_000, b'x');
    let address = answers(long).await;
    let sent = send(&config(), &format!("http://{address}")).await.expect("an answer");
    assert_eq!((sent.status.as_u16(), sent.body.len()), (200, 4_096));

    let mut head = b"HTTP/1.1 200 OK\r\nx-long: ".to_vec();
    head.resize(head.len() + 100_000, b'x');
    let address = answers(head).await;
    let refused = failure(send(&config(), &format!("http://{address}")).await);
    assert_eq!(refused, "the answer is not HTTP");
}

#[tokio::test]
async fn other_answers_are_failures() {
    let address = answers(b"SSH-2.0-OpenSSH_9.9\r\n".to_vec()).await;
    let refused = failure(send(&config(), &format!("http://{address}")).await);
    assert_eq!(refused, "the answer is not HTTP");

    let (listener, address) = listen().await;
    tokio::spawn(async move { drop(listener.accept().await) });
    let refused = failure(send(&config(), &format!("http://{address}")).await);
    assert_eq!(refused, "the connection was closed before the answer");
}

/// Serves HTTPS with a certificate for `hooks.example.com`, and gives the authority that issued it.
async fn serve_tls() -> (SocketAddr, RootCertStore) {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = params.self_signed(&key).expect("an authority");
    let mut roots = RootCertStore::empty();
    roots.add(authority.der().clone()).expect("a root");
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["hooks.example.com".to_owned()]).expect("parameters");
    let certificate = params.signed_by(&key, &issuer).expect("a certificate");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        );
    let acceptor = TlsAcceptor::from(Arc::new(config.expect("a certificate with its key")));
    let (listener, address) = listen().await;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(stream) = acceptor.accept(stream).await {
                serve(stream, b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
            }
        }
    });
    (address, roots)
}

#[tokio::test]
async fn certificate_must_be_valid_for_the_host() {
    let (address, roots) = serve_tls().await;
    let sender = Sender::with(&config(), Arc::new(SystemClock), tls::connector_with(roots));
    let url = |host: &str| format!("https://{host}:{}", address.port());
    let sent = send_with(&sender, &url("hooks.example.com")).await.expect("an answer");
    assert_eq!((sent.status.as_u16(), sent.body.as_slice()), (200, b"ok".as_slice()));
    for host in ["other.example.com", "127.0.0.1"] {
        let refused = failure(send_with(&sender, &url(host)).await);
        assert_eq!(refused, "TLS: the certificate is not valid", "{host}");
    }
    // The authorities of the server do not include that one.
    let refused = failure(send(&config(), &url("hooks.example.com")).await);
    assert_eq!(refused, "TLS: the certificate is not valid");
}
