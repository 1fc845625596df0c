//! The addresses at which the server listens.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use http_server::{ConnectionLimits, Supervisor, raise_open_file_limit};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::app::App;
use crate::http::{self, HttpConfig, Limits, MailPreviews};
use crate::start_error::StartError;

/// The bound addresses. A client that connects waits until they are served.
pub(super) struct Listeners {
    api: Arc<TcpListener>,
    metrics: Option<Arc<TcpListener>>,
    connections: ConnectionLimits,
    /// Where the API listens.
    pub address: SocketAddr,
}

impl Listeners {
    /// Binds the addresses.
    ///
    /// # Errors
    /// When one is taken, or the process may open too few files.
    pub(super) async fn bind(config: &HttpConfig, database_pool: u32) -> Result<Self, StartError> {
        let connections = http::connection_limits(
            config.max_connections,
            config.max_connections_per_network,
            database_pool,
            raise_open_file_limit(),
        )?;
        let (api, address) = bind("HTTP_ADDR", config.addr).await?;
        let metrics = match config.metrics_addr {
            Some(address) => Some(bind("METRICS_ADDR", address).await?.0),
            None => None,
        };
        Ok(Self {
            api,
            metrics,
            connections,
            address,
        })
    }

    /// Serves the API and, on their own address, the metrics. A stop gives requests `drain_timeout` to end.
    pub(super) fn serve(
        self,
        app: &App,
        supervisor: &Supervisor,
        config: HttpConfig,
        previews: Option<MailPreviews>,
        drain_timeout: Duration,
    ) -> Vec<JoinHandle<()>> {
        let limits = |connections| Limits {
            connections,
            drain_timeout,
            ..Limits::default()
        };
        let mut tasks = Vec::new();
        if let Some(listener) = self.metrics {
            let router = http::metrics_router(app.metrics.clone(), config.allowed_hosts.clone());
            let limits = limits(http::METRICS_CONNECTIONS);
            tasks.push(serve("metrics", supervisor, listener, router, limits, |_| None));
        }
        let proxies = config.trusted_proxies.clone();
        let router = http::router(app.clone(), config, previews);
        let network_of = move |peer| proxies.network_of(peer);
        let limits = limits(self.connections);
        tasks.push(serve("http", supervisor, self.api, router, limits, network_of));
        tasks
    }
}

/// Binds the address of a setting.
async fn bind(name: &'static str, address: SocketAddr) -> Result<(Arc<TcpListener>, SocketAddr), StartError> {
    let bound = http_server::bind(address).await;
    bound.map_err(|source| StartError::Listen { name, address, source })
}

fn serve(
    name: &'static str,
    supervisor: &Supervisor,
    listener: Arc<TcpListener>,
    router: Router,
    limits: Limits,
    network_of: impl Fn(IpAddr) -> Option<IpAddr> + Clone + Send + 'static,
) -> JoinHandle<()> {
    let stop = supervisor.stopping();
    supervisor.keep_running(name, move || {
        http::serve(
            listener.clone(),
            router.clone(),
            limits,
            network_of.clone(),
            stop.clone(),
        )
    })
}
