//! What is between the clients and the server: asks the server at `PUBLIC_URL` how a request arrives.

use std::time::Duration;

use http_server::client::{ExchangeError, exchange};
use hyper::body::Bytes;
use hyper::header::HOST;
use hyper::{Request, Response, StatusCode};
use url::{Position, Url};

use super::finding::Finding;
use crate::clock::{Clock, SystemClock};
use crate::proxy_probe::{self, FORGED, ProxyReport};
use crate::settings::Settings;
use crate::tls;

const CHECK: &str = "proxy";

/// How long the server may take to answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Nothing in development without `PUBLIC_URL`.
pub(super) async fn check(settings: &Settings) -> Option<Finding> {
    let Some(url) = &settings.public_url else {
        let advice = "not checked; set PUBLIC_URL to where clients reach the API";
        return (!settings.is_development()).then(|| Finding::ok(CHECK, advice));
    };
    if url.scheme() != "https" && !settings.is_development() {
        return Some(Finding::wrong(
            CHECK,
            "PUBLIC_URL: clients send passwords, so it must be an https URL",
        ));
    }
    if settings.keeps_secret_key() {
        return Some(Finding::ok(CHECK, "not checked, because that needs SECRET_KEY"));
    }
    // Another check reports why there is no key.
    let keys = settings.keys().ok()?;
    let marker = proxy_probe::marker(&keys, SystemClock.now());
    let asked = tokio::time::timeout(TIMEOUT, ask(url, &marker)).await;
    let verdict = match asked.unwrap_or_else(|_| Err("no answer within 10 seconds".to_owned())) {
        Ok(answer) => read(&answer).and_then(|report| judge(url, &report)),
        Err(reason) => Err(format!("PUBLIC_URL: {reason}")),
    };
    Some(match verdict {
        Ok(message) => Finding::ok(CHECK, message),
        Err(message) => Finding::wrong(CHECK, message),
    })
}

/// Sends a request whose `X-Forwarded-For` is forged.
async fn ask(url: &Url, marker: &str) -> Result<Response<Bytes>, String> {
    let path = format!("{}{}", url.path().trim_end_matches('/'), proxy_probe::PATH);
    let request = Request::get(path)
        .header(HOST, &url[Position::BeforeHost..Position::AfterPort])
        .header("x-forwarded-for", FORGED.to_string())
        .header(proxy_probe::MARKER, marker)
        .body(String::new())
        .map_err(|error| error.to_string())?;
    let connected = tls::connect(&tls::connector(), url).await;
    let stream = connected.map_err(|reason| {
        let is_tls = reason.starts_with("TLS:");
        let advice = "; check the certificate of the proxy, which must be of a public authority";
        reason + if is_tls { advice } else { "" }
    })?;
    let exchanged = exchange(stream, request).await;
    exchanged.map_err(|error| match error {
        ExchangeError::Http(_) => "the answer is not HTTP".to_owned(),
        ExchangeError::Body => "the answer breaks off, or is too long".to_owned(),
    })
}

/// The server's own words, if it is the server that answers.
fn read(answer: &Response<Bytes>) -> Result<ProxyReport, String> {
    let problem = match answer.status() {
        StatusCode::OK => match serde_json::from_slice(answer.body()) {
            Ok(report) => return Ok(report),
            Err(_) => "something else answers there; correct PUBLIC_URL or the proxy".to_owned(),
        },
        StatusCode::NOT_FOUND => {
            "404: something else answers there, or a server with another SECRET_KEY, or whose clock \
            differs by more than a minute"
                .to_owned()
        }
        StatusCode::MISDIRECTED_REQUEST => "421: add its host to ALLOWED_HOSTS".to_owned(),
        status if status.is_redirection() => format!("{status}: set it to where the redirect leads"),
        status => format!("{status}: look at the log of the proxy"),
    };
    Err(format!("PUBLIC_URL: {problem}"))
}

/// Whether the request arrived as it should.
fn judge(url: &Url, report: &ProxyReport) -> Result<String, String> {
    let ProxyReport { peer, client, host, .. } = report;
    let sent = &url[Position::BeforeHost..Position::AfterPort];
    if report.is_trusted && report.is_forged {
        return Err(
            "the proxy passes on the X-Forwarded-For of a client, so clients choose the address that limits count; \
            let it replace the header, as the files in deploy do"
                .to_owned(),
        );
    }
    if report.is_trusted && !report.is_forwarded {
        return Err(
            "the proxy sends no X-Forwarded-For, so all clients share the limits of one; let it set the header to the \
            address of the client"
                .to_owned(),
        );
    }
    if !report.is_trusted && (report.is_forwarded || url.scheme() == "https") {
        return Err(format!(
            "TRUSTED_PROXIES: the proxy in {peer} is missing, so all clients share the limits of one; add its address"
        ));
    }
    if !host.eq_ignore_ascii_case(sent) {
        return Err(format!(
            "the proxy replaces the Host {sent} with {host}, so ALLOWED_HOSTS has no effect; let it pass the header on"
        ));
    }
    Ok(if report.is_trusted {
        format!("a proxy in {peer} says that this client is in {client}, and a forged address has no effect")
    } else {
        format!("there is none; this client is in {client}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_needs_a_trusted_proxy() {
        let report = ProxyReport {
            peer: "10.0.0.0/24".to_owned(),
            is_trusted: false,
            is_forwarded: false,
            is_forged: false,
            client: "10.0.0.0/24".to_owned(),
            host: "api.example.com".to_owned(),
        };
        let judge = |url: &str| judge(&url.parse().expect("a URL"), &report);
        assert!(judge("http://api.example.com").is_ok());
        let problem = judge("https://api.example.com").expect_err("the proxy is not trusted");
        assert!(
            problem.starts_with("TRUSTED_PROXIES: the proxy in 10.0.0.0/24 is missing"),
            "{problem}"
        );
    }
}
