//! Bodies that arrive in many small parts.

use tests::{Database, Installation};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::seconds;

const CONNECTIONS: usize = 4;
const BODY: usize = 32 * 1024;
/// Half of what it takes to keep each chunk with the buffer that it arrived in.
const GROWTH_KIB: u64 = 8 * 1024;
const HEAD: &str =
    "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn body_in_one_byte_chunks_takes_no_more_memory_than_its_bytes() {
    let database = Database::sqlite();
    let installation = Installation::on(database.url()).await;
    let (api, client) = installation.start().await;
    client.me().await;
    let before = api.peak_kib();
    let chunks = "1\r\nx\r\n".repeat(BODY);
    let mut streams = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut stream = TcpStream::connect(client.address()).await.expect("a connection");
        stream.write_all(HEAD.as_bytes()).await.expect("the server reads");
        stream.write_all(chunks.as_bytes()).await.expect("the server reads");
        streams.push(stream);
    }
    for stream in &mut streams {
        stream.write_all(b"0\r\n\r\n").await.expect("the server reads");
        let mut answer = Vec::new();
        while !answer.ends_with(b"}") {
            let read = timeout(seconds(30), stream.read_buf(&mut answer)).await;
            assert!(read.expect("an answer").expect("the connection is open") > 0);
        }
        assert!(answer.starts_with(b"HTTP/1.1 400 "), "{answer:?}");
    }
    let grown = api.peak_kib() - before;
    assert!(grown < GROWTH_KIB, "{grown} KiB");
}
