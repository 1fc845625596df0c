//! More password checks than the server can hash: memory stays bounded, and other requests go on.

mod slow {
    use std::io::{Read, Write};
    use std::net::{SocketAddr, TcpStream};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    use tests::{Database, Installation, PASSWORD, within};

    /// The memory that a server may use beyond its hashing threads: when idle, and for each connection with its
    /// buffers and request.
    const IDLE_KIB: u64 = 72 * 1024;
    const CONNECTION_KIB: u64 = 96;
    /// The memory of one hash (RFC 9106: m).
    const HASH_KIB: u64 = 19_456;
    const THREADS: u64 = 2;
    const SIGN_INS: u64 = 1_000;
    /// `/livez` waits for no hash. One may wait for five seconds.
    const LIVEZ_LIMIT: Duration = Duration::from_secs(5);

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn thousand_concurrent_sign_ins_stay_within_the_memory_limit() {
        let database = Database::sqlite();
        let installation = Installation::on(database.url()).await;
        let installation = installation
            .without("ARGON2_M_KIB")
            .without("ARGON2_T")
            .with("HASH_THREADS", &THREADS.to_string());
        let (api, client) = installation.start().await;
        client.register("ada@example.com", PASSWORD).await;
        let mail = installation
            .mailer
            .mailbox()
            .wait_for("ada@example.com", None, Duration::from_secs(30))
            .await;
        let code = mail.expect("an email").codes[0].clone();
        let ada = client.basic("ada@example.com", PASSWORD);
        let session = ada.activate(&code).await.session_token();
        let idle = api.peak_kib();

        let sign_ins: Vec<_> = (0..SIGN_INS)
            .map(|number| {
                let client = client.clone();
                tokio::spawn(async move { client.sign_in(&format!("user{number}@example.com"), PASSWORD).await })
            })
            .collect();
        let done = Arc::new(AtomicBool::new(false));
        let prober = std::thread::spawn({
            let (address, done) = (client.address(), done.clone());
            move || probe_until(address, &done)
        });
        let mut checked = 0;
        for sign_in in sign_ins {
            let answer = sign_in.await.expect("no panic");
            if answer.status == 503 {
                answer.is_overloaded();
            } else {
                answer.fails_with("INVALID_CREDENTIALS");
                checked += 1;
            }
        }
        done.store(true, Ordering::Relaxed);
        let mut times = prober.join().expect("no panic");
        times.sort();
        // The 99th percentile, since the machine has other work too.
        let (percentile_99, slowest) = (times[times.len() * 99 / 100], times[times.len() - 1]);
        let peak = api.peak_kib();
        println!(
            "idle {idle} KiB, peak {peak} KiB; {checked} of {SIGN_INS} checked; /livez {percentile_99:?}, at most {slowest:?}, of {}",
            times.len()
        );
        assert!(percentile_99 < LIVEZ_LIMIT, "/livez took {percentile_99:?}");
        assert!(
            times.len() > 1 && checked > 0 && checked < SIGN_INS,
            "{times:?} {checked}"
        );
        assert!(
            peak < IDLE_KIB + THREADS * HASH_KIB + SIGN_INS * CONNECTION_KIB,
            "{peak} KiB"
        );
        client.bearer(&session).me().await.is_active();
        within(Duration::from_secs(10), "signing in", async || {
            let answer = client.sign_in("ada@example.com", PASSWORD).await;
            answer.outcome() == "OK"
        })
        .await;
    }

    /// Requests `/livez` again and again, and returns how long each answer took. This runs in a thread of its own,
    /// since the async threads are busy with the other requests.
    fn probe_until(server: SocketAddr, done: &AtomicBool) -> Vec<Duration> {
        let mut times = Vec::new();
        while !done.load(Ordering::Relaxed) {
            let started = tokio::time::Instant::now();
            let mut connection = TcpStream::connect(server).expect("a connection");
            let request = b"GET /livez HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
            connection.write_all(request).expect("a request");
            let mut answer = String::new();
            connection.read_to_string(&mut answer).expect("the server answers");
            assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
            times.push(started.elapsed());
        }
        times
    }
}
