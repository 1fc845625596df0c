use std::net::SocketAddr;
use std::path::Path;

use axum::Router;
use axum::body::Bytes;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use tokio::net::TcpListener;

use crate::example::built;

const NGINX: &str = include_str!("../../../../examples/web/nginx.conf.template");

/// The built application on an origin of its own, served with the headers and the API address of its container.
pub(super) struct Site {
    address: SocketAddr,
}

impl Site {
    /// The API is on another origin.
    pub(super) async fn start(api: SocketAddr) -> Self {
        Self::serve(Router::new(), format!("http://{api}/graphql")).await
    }

    /// The API is at a path of the same origin.
    pub(super) async fn with(api: SocketAddr) -> Self {
        let forward = async move |headers: HeaderMap, body: Bytes| forward(api, headers, body).await;
        Self::serve(Router::new().route("/graphql", post(forward)), "/graphql".to_owned()).await
    }

    async fn serve(router: Router, api: String) -> Self {
        let folder = built().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let serve = async move |uri: Uri| file(folder, uri.path(), &api);
        let site = router.fallback(serve);
        tokio::spawn(async move { axum::serve(listener, site).await });
        Self { address }
    }

    pub(super) fn url(&self) -> String {
        self.at("/")
    }

    /// The URL of a path, with a query and a fragment.
    pub(super) fn at(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.address.port())
    }
}

async fn forward(api: SocketAddr, headers: HeaderMap, body: Bytes) -> Response {
    let request = reqwest::Client::new().post(format!("http://{api}/graphql"));
    let answer = request.headers(headers).body(body).send().await.expect("an answer");
    let headers = answer.headers().clone();
    (answer.status(), headers, answer.bytes().await.expect("a body")).into_response()
}

fn file(folder: &Path, path: &str, api: &str) -> Response {
    // As in nginx.conf.template, every path that is not a file is the page.
    let name = if folder.join(&path[1..]).is_file() {
        &path[1..]
    } else {
        "index.html"
    };
    let mut content = std::fs::read(folder.join(name)).expect("a file of the application");
    if name == "index.html" {
        let page = String::from_utf8(content).expect("a page in UTF-8");
        let (placeholder, built_with) = (
            "http://localhost:8000/graphql",
            page.contains("http://localhost:8000/graphql"),
        );
        assert!(built_with, "{page}");
        content = page.replace(placeholder, api).into_bytes();
    }
    let kind = match Path::new(name).extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("svg") => "image/svg+xml",
        other => panic!("{path}: {other:?}"),
    };
    let headers = [
        (CONTENT_TYPE, kind.to_owned()),
        (CONTENT_SECURITY_POLICY, policy(api)),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    (headers, content).into_response()
}

/// The Content-Security-Policy that the container sends.
fn policy(api: &str) -> String {
    let (_, rest) = NGINX
        .split_once("add_header Content-Security-Policy \"")
        .expect("a policy");
    let (policy, _) = rest.split_once('"').expect("its end");
    policy.replace("${API_URL}", api)
}
