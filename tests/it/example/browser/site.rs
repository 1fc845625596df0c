use std::net::SocketAddr;
use std::path::Path;

use axum::Router;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;

use crate::example::built;

const NGINX: &str = include_str!("../../../../examples/web/nginx.conf.template");

/// The built application on an origin of its own, with what its container says and writes in.
pub(super) struct Site {
    address: SocketAddr,
}

impl Site {
    pub(super) async fn start(api: SocketAddr) -> Self {
        let folder = built().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let api = format!("http://{api}/graphql");
        let serve = async move |uri: Uri| file(folder, uri.path(), &api);
        let site = Router::new().fallback(serve);
        tokio::spawn(async move { axum::serve(listener, site).await });
        Self { address }
    }

    pub(super) fn url(&self) -> String {
        format!("http://localhost:{}/", self.address.port())
    }
}

fn file(folder: &Path, path: &str, api: &str) -> Response {
    let name = if path == "/" { "index.html" } else { &path[1..] };
    let Ok(mut content) = std::fs::read(folder.join(name)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
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
