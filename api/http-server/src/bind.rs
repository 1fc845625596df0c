use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;

/// Binds an address, and returns it with its port: port 0 becomes a free port.
///
/// # Errors
/// When the address cannot be bound, for example because its port is in use.
pub async fn bind(address: SocketAddr) -> io::Result<(Arc<TcpListener>, SocketAddr)> {
    let listener = TcpListener::bind(address).await?;
    let bound = listener.local_addr()?;
    Ok((Arc::new(listener), bound))
}
