//! Clients that hold a connection and send little, against the real timeouts of the server. Tests with shorter timeouts
//! are in `api/http-server/src/serve/tests.rs`.

mod slow {
    use std::net::SocketAddr;
    use std::time::Duration;

    use tests::{Database, PASSWORD, TestApp};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;
    use tokio::time::{Instant, sleep_until, timeout};

    use crate::seconds;

    const REQUEST: &str = "GET /livez HTTP/1.1\r\nhost: a\r\n\r\n";
    const HALF_A_HEAD: &str = "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: appl";
    const HALF_A_BODY: &str =
        "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"query\":";

    /// How late a timeout may be on a busy machine.
    const TOLERANCE: Duration = Duration::from_secs(4);

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn slow_clients_are_cut_at_their_timeout() {
        let app = TestApp::start(&Database::sqlite()).await;
        let server = app.server().address();
        tokio::join!(
            slow_head_is_cut(server),
            slow_body_is_rejected(server),
            client_that_does_not_read_is_cut(server),
            idle_connection_is_kept_before_the_timeout(server),
            idle_connection_is_closed_after_the_timeout(server),
        );
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn three_hundred_slow_clients_do_not_delay_others() {
        let app = TestApp::start(&Database::sqlite()).await;
        let mut slow = Vec::new();
        for number in 0..300 {
            let text = if number % 2 == 0 { HALF_A_HEAD } else { HALF_A_BODY };
            slow.push(send(app.server().address(), text).await);
        }
        app.register("ada@example.com", PASSWORD).await.succeeds();
        // All slow connections are still open.
        for stream in &slow {
            assert!(stream.try_read(&mut [0; 1]).is_err());
        }
    }

    async fn slow_head_is_cut(server: SocketAddr) {
        let start = Instant::now();
        let mut stream = send(server, HALF_A_HEAD).await;
        loop {
            if let Ok(end) = timeout(Duration::from_millis(500), stream.read(&mut [0; 1])).await {
                assert!(matches!(end, Ok(0) | Err(_)), "{end:?}");
                break;
            }
            // Single bytes do not extend the timeout.
            let _ = stream.write_all(b"x").await;
        }
        assert_took(start, 10);
    }

    async fn slow_body_is_rejected(server: SocketAddr) {
        let start = Instant::now();
        let mut stream = send(server, HALF_A_BODY).await;
        let mut answer = String::new();
        let read = timeout(seconds(20), stream.read_to_string(&mut answer)).await;
        read.expect("the connection ends").expect("the server answers");
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        assert!(answer.contains("BAD_REQUEST"), "{answer}");
        assert_took(start, 10);
    }

    async fn client_that_does_not_read_is_cut(server: SocketAddr) {
        // Sends requests until the server can no longer write, and so no longer reads.
        let mut stream = send(server, REQUEST).await;
        let requests = "GET /schema.graphql HTTP/1.1\r\nhost: a\r\n\r\n".repeat(1_000);
        let first = Instant::now();
        let mut last = first;
        let cut = async {
            while stream.write(requests.as_bytes()).await.is_ok() {
                last = Instant::now();
            }
        };
        timeout(seconds(70), cut).await.expect("the connection ends");
        // The server stops reading between the two.
        assert!(first.elapsed() >= seconds(30) && last.elapsed() < seconds(30) + TOLERANCE);
    }

    async fn idle_connection_is_kept_before_the_timeout(server: SocketAddr) {
        let mut stream = send(server, REQUEST).await;
        read_answer(&mut stream).await;
        sleep_until(Instant::now() + seconds(70)).await;
        stream
            .write_all(REQUEST.as_bytes())
            .await
            .expect("the connection is open");
        read_answer(&mut stream).await;
    }

    async fn idle_connection_is_closed_after_the_timeout(server: SocketAddr) {
        let mut stream = send(server, REQUEST).await;
        read_answer(&mut stream).await;
        let start = Instant::now();
        let end = timeout(seconds(90), stream.read(&mut [0; 1])).await;
        assert!(matches!(end, Ok(Ok(0) | Err(_))), "{end:?}");
        assert_took(start, 75);
    }

    async fn send(server: SocketAddr, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(server).await.expect("a connection");
        stream.write_all(text.as_bytes()).await.expect("the server reads");
        stream
    }

    async fn read_answer(stream: &mut TcpStream) {
        let mut read = Vec::new();
        while !read.ends_with(b"ok\n") {
            assert!(stream.read_buf(&mut read).await.expect("the server answers") > 0);
        }
        assert!(read.starts_with(b"HTTP/1.1 200 "));
    }

    fn assert_took(start: Instant, promised: u64) {
        let took = start.elapsed();
        let promised = seconds(promised)..seconds(promised) + TOLERANCE;
        // Two timers may differ a little.
        let took = took + Duration::from_millis(50);
        assert!(promised.contains(&took), "{took:?} instead of {promised:?}");
    }
}
