use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(3);

/// Asks `GET /livez` of the mailer-mock that listens at `http`. It is for container health checks, where there is no
/// curl.
pub(crate) fn check(http: SocketAddr) -> Result<(), Box<dyn std::error::Error>> {
    let address = reachable(http);
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)
        .map_err(|error| format!("nothing answers at {address}: {error}"))?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    write!(
        stream,
        "GET /livez HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;

    let mut status = [0; 12];
    stream.read_exact(&mut status)?;
    if &status == b"HTTP/1.1 200" {
        Ok(())
    } else {
        Err(format!("{address} answers {}", String::from_utf8_lossy(&status)).into())
    }
}

/// A server can listen on all addresses of the machine, but a client has to name one.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        });
    }
    address
}

#[cfg(test)]
mod tests {
    use super::reachable;

    #[test]
    fn all_addresses_are_asked_over_loopback() {
        for (listening, asked) in [
            ("0.0.0.0:8025", "127.0.0.1:8025"),
            ("[::]:8025", "[::1]:8025"),
            ("192.0.2.1:8025", "192.0.2.1:8025"),
        ] {
            assert_eq!(listening.parse().map(reachable), asked.parse());
        }
    }
}
