//! PostgreSQL crashes, stalls or loses its connections, and comes back.

mod postgres {
    mod slow {
        use std::collections::HashSet;
        use std::sync::atomic::{AtomicUsize, Ordering};
        use std::sync::{Arc, Mutex};
        use std::time::Duration;

        use api::clock::{Clock, SystemClock};
        use api::credentials::PasswordChecks;
        use entity::{email_outbox, verification};
        use sea_orm::{ConnectionTrait, DatabaseConnection};
        use tests::{Answer, Client, Database, Installation, PASSWORD, Postgres, Proxy, TestCore, credentials, within};

        use crate::seconds;

        /// The deadline of an operation (15 s), with some time for a busy machine.
        const DEADLINE: Duration = Duration::from_secs(20);
        /// The longest time until an email arrives: twice the lease (30 s) of a worker that waits for a dead
        /// connection.
        const EMAIL_TIMEOUT: Duration = Duration::from_mins(1);
        /// The longest time until the server works again after the database is back.
        const RECOVERY: Duration = Duration::from_secs(5);

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn acknowledged_registrations_survive_a_database_crash() {
            let mut postgres = Postgres::start().await;
            let installation = Installation::on(&postgres.url()).await;
            let (_api, client) = installation.start().await;
            let load = Load::start(&client);
            within(DEADLINE, "registrations", async || load.acknowledged().len() >= 20).await;

            postgres.kill();
            within(DEADLINE, "failures", async || load.failed() >= 4).await;
            assert_eq!(status(&client, "/livez").await, 200);
            assert_eq!(status(&client, "/readyz").await, 503);

            postgres.restart();
            within(RECOVERY, "twenty registrations without a failure", async || {
                load.consecutive_successes() >= 20
            })
            .await;
            assert_eq!(status(&client, "/readyz").await, 200);

            let acknowledged = load.end().await;
            let db = api::database::connect(&postgres.url())
                .await
                .expect("the database answers");
            // An abandoned claim is due again after 30 seconds.
            within(seconds(60), "all emails are sent", async || {
                tests::count::<email_outbox::Entity>(&db).await == 0
            })
            .await;
            for email in &acknowledged {
                let registration = verification::open_registration(email, SystemClock.now()).one(&db).await;
                let registration = registration.expect("the database answers");
                assert!(registration.is_some(), "{email} is lost");
                let mails = installation.mailer.mailbox().messages_to(email);
                assert!(!mails.is_empty(), "the email to {email} is lost");
            }
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn stalled_database_is_overloaded_within_the_deadline() {
            // More requests than there are connections to the database.
            check_stall(40, Proxy::heal, RECOVERY).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn silently_lost_connections_are_replaced() {
            let another_takes_its_place = |proxy: &mut Proxy| {
                proxy.strand();
                proxy.heal();
            };
            // Waiting for one dead connection, after part of the wait for the previous one.
            // Few requests, so that background tasks hold connections too and wait for them.
            check_stall(4, another_takes_its_place, 2 * RECOVERY).await;
        }

        /// Their tasks outlive the requests, and would keep the only connection of the pool.
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn password_check_gives_up_a_silently_lost_connection() {
            let database = Database::postgres().await;
            let mut core = TestCore::start(&database).await;
            core.create_user("ada@example.com").await;
            let (mut proxy, url) = Proxy::before(&database);
            let db = api::database::connect_with_pool(&url, 1).await.expect("a connection");
            let app = &mut core.app;
            app.password_checks = PasswordChecks::new(db.clone(), app.hasher.clone(), app.tasks.clone());
            let ada = credentials("ada@example.com", PASSWORD, 1);
            core.verify(&ada).await.expect("the password is right");
            wait_until_idle(&db).await;

            proxy.strand();
            let answer = tokio::time::timeout(DEADLINE, core.verify(&ada)).await;
            assert!(answer.expect("the check gives up").is_err());
            proxy.heal();
            within(DEADLINE, "another connection takes its place", async || {
                core.verify(&ada).await.is_ok()
            })
            .await;
        }

        /// The only connection of a pool. With more of them, others would hide that one is lost.
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn silently_lost_connection_frees_its_slot() {
            let (mut proxy, url) = Proxy::before(&Database::postgres().await);
            let db = api::database::connect_with_pool(&url, 1).await.expect("a connection");
            let answers = async || {
                let answer = tokio::time::timeout(RECOVERY, db.execute_unprepared("SELECT 1")).await;
                matches!(answer, Ok(Ok(_)))
            };
            assert!(answers().await);
            wait_until_idle(&db).await;
            proxy.strand();
            let lost = db.execute_unprepared("SELECT 1");
            assert!(tokio::time::timeout(Duration::from_millis(100), lost).await.is_err());
            proxy.heal();
            within(3 * RECOVERY, "another connection takes its place", answers).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn proxy_without_a_database_is_overloaded() {
            let mut postgres = Postgres::start().await;
            let proxy = Proxy::start(postgres.address());
            let url = postgres
                .url()
                .replace(&postgres.address().to_string(), &proxy.address().to_string());
            let installation = Installation::on(&url).await;
            let (_api, client) = installation.start().await;
            let ada = client.bearer(&register_and_activate(&installation, &client, "ada@example.com").await);
            postgres.kill();
            // What already has a connection fails otherwise.
            within(DEADLINE, "requests find the proxy", async || {
                let answer = client.register("bob@example.com", PASSWORD).await;
                assert_clean_failure(&answer);
                answer.outcome() == "OVERLOADED"
            })
            .await;
            client.register("bob@example.com", PASSWORD).await.is_overloaded();
            ada.me().await.is_overloaded();
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn standby_is_not_used() {
            let mut postgres = Postgres::start().await;
            let installation = Installation::on(&postgres.url()).await;
            let (_api, client) = installation.start().await;
            let ada = client.bearer(&register_and_activate(&installation, &client, "ada@example.com").await);
            let signal = postgres.folder().join("data/standby.signal");

            postgres.kill();
            std::fs::write(&signal, "").expect("a file");
            tests::give_away(&signal);
            postgres.restart();
            within(DEADLINE, "the connections to the leader are gone", async || {
                ada.me().await.outcome() == "OVERLOADED"
            })
            .await;
            ada.me().await.is_overloaded();

            postgres.kill();
            std::fs::remove_file(&signal).expect("the file is there");
            postgres.restart();
            within(DEADLINE, "the leader is used", async || {
                ada.me().await.outcome() == "OK"
            })
            .await;
        }

        async fn check_stall(requests: usize, comes_back: impl Fn(&mut Proxy), recovery: Duration) {
            let (mut proxy, url) = Proxy::before(&Database::postgres().await);
            let installation = Installation::on(&url).await;
            let (_api, client) = installation.start().await;
            let session = register_and_activate(&installation, &client, "ada@example.com").await;

            use_all_connections(&proxy, &client.bearer(&session)).await;
            proxy.stall();
            let requests: Vec<_> = (0..requests)
                .map(|number| {
                    let client = if number % 2 == 0 {
                        client.bearer(&session)
                    } else {
                        client.clone()
                    };
                    tokio::spawn(async move {
                        let answer = async {
                            if number % 2 == 0 {
                                client.me().await
                            } else {
                                client.register(&format!("stalled{number}@example.com"), PASSWORD).await
                            }
                        };
                        tokio::time::timeout(DEADLINE, answer).await
                    })
                })
                .collect();
            assert_eq!(status(&client, "/readyz").await, 503);
            assert_eq!(status(&client, "/livez").await, 200);
            for request in requests {
                let answer = request
                    .await
                    .expect("no panic")
                    .expect("the server answers by the deadline");
                assert_clean_failure(&answer);
                answer.is_overloaded();
            }

            comes_back(&mut proxy);
            within(recovery, "the server is ready", async || {
                status(&client, "/readyz").await == 200
            })
            .await;
            client.bearer(&session).me().await.is_active();
            register_and_activate(&installation, &client, "bob@example.com").await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn stalled_database_does_not_pile_up_memory() {
            let (proxy, url) = Proxy::before(&Database::postgres().await);
            let installation = Installation::on(&url).await;
            let (api, client) = installation.start().await;
            let client = client.bearer(&register_and_activate(&installation, &client, "ada@example.com").await);
            proxy.stall();
            let mut peaks = Vec::new();
            for _ in 0..3 {
                for answer in futures_util::future::join_all((0..300).map(|_| client.me())).await {
                    answer.is_overloaded();
                }
                peaks.push(api.peak_kib());
            }
            // The first 300 requests show what so many need at once. The later ones need a little more, since the
            // allocator settles, but much less than 600 requests with their connections (13 KiB each).
            assert!(peaks[2] < peaks[0] + 8 * 1024, "{peaks:?} KiB");
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn broken_connections_are_replaced() {
            let (mut proxy, url) = Proxy::before(&Database::postgres().await);
            let installation = Installation::on(&url).await;
            let (_api, client) = installation.start().await;
            let session = register_and_activate(&installation, &client, "ada@example.com").await;
            let ada = client.bearer(&session);
            for (number, breaks) in [Proxy::cut, Proxy::half_close, Proxy::strand].into_iter().enumerate() {
                use_all_connections(&proxy, &ada).await;
                breaks(&proxy);
                succeed_at_once(&ada, 16).await;
                register_and_activate(&installation, &client, &format!("bob{number}@example.com")).await;
            }
            proxy.delay(Duration::from_millis(50));
            register_and_activate(&installation, &client, "far-away@example.com").await;
            proxy.heal();
        }

        /// Waits until the only connection is back in its pool. The ping of the pool has no timeout, so it must be over
        /// before the connection is lost.
        async fn wait_until_idle(db: &DatabaseConnection) {
            let pool = db.get_postgres_connection_pool();
            within(RECOVERY, "the connection is idle", async || pool.num_idle() == 1).await;
        }

        /// Makes the server open all its connections: a slow database keeps each in use. That can also find another
        /// broken one.
        async fn use_all_connections(proxy: &Proxy, client: &Client) {
            proxy.delay(Duration::from_millis(50));
            succeed_at_once(client, 64).await;
            proxy.delay(Duration::ZERO);
        }

        /// Waits until so many requests at once succeed.
        async fn succeed_at_once(client: &Client, count: usize) {
            within(DEADLINE + RECOVERY, "requests without a failure", async || {
                let answers = futures_util::future::join_all((0..count).map(|_| client.me())).await;
                let failures: Vec<_> = answers.iter().filter(|answer| answer.outcome() != "OK").collect();
                for failure in &failures {
                    assert_clean_failure(failure);
                }
                failures.is_empty()
            })
            .await;
        }

        async fn register_and_activate(installation: &Installation, client: &Client, email: &str) -> String {
            let answer = client.register(email, PASSWORD).await;
            answer.succeeds();
            let mail = installation
                .mailer
                .mailbox()
                .wait_for(email, None, EMAIL_TIMEOUT)
                .await
                .expect("an email");
            let user = client.basic(email, PASSWORD);
            user.activate(&mail.codes[0]).await.session_token()
        }

        async fn status(client: &Client, path: &str) -> u16 {
            let answer = client
                .request(reqwest::Method::GET, path)
                .send()
                .await
                .expect("the server answers");
            answer.status().as_u16()
        }

        /// Checks that the answer has a documented error code and reveals no internals.
        fn assert_clean_failure(answer: &Answer) {
            match answer.outcome() {
                "OVERLOADED" => answer.is_overloaded(),
                _ => drop(answer.has_top_level_error("INTERNAL_SERVER_ERROR").status(200)),
            }
            let text = answer.body.to_string().to_lowercase();
            for word in [
                "sql", "postgres", "pool", "connect", "database", "users", "os error", "panic",
            ] {
                assert!(!text.contains(word), "{word} in {text}");
            }
        }

        /// Registers one email after the other until it is told to end.
        struct Load {
            progress: Arc<Progress>,
            clients: tokio::task::JoinSet<()>,
        }

        #[derive(Default)]
        struct Progress {
            acknowledged: Mutex<HashSet<String>>,
            failed: AtomicUsize,
            consecutive_successes: AtomicUsize,
            ended: std::sync::atomic::AtomicBool,
        }

        impl Load {
            fn start(client: &Client) -> Self {
                let progress = Arc::<Progress>::default();
                let clients = (0..4)
                    .map(|number| register_steadily(client.clone(), number, progress.clone()))
                    .collect();
                Self { progress, clients }
            }

            fn acknowledged(&self) -> HashSet<String> {
                self.progress.acknowledged.lock().expect("no panic").clone()
            }

            fn failed(&self) -> usize {
                self.progress.failed.load(Ordering::Relaxed)
            }

            fn consecutive_successes(&self) -> usize {
                self.progress.consecutive_successes.load(Ordering::Relaxed)
            }

            async fn end(self) -> HashSet<String> {
                self.progress.ended.store(true, Ordering::Relaxed);
                self.clients.join_all().await;
                let acknowledged = self.progress.acknowledged.lock().expect("no panic").clone();
                assert!(acknowledged.len() < 900, "the mailbox keeps only 1000 emails");
                acknowledged
            }
        }

        async fn register_steadily(client: Client, number: usize, progress: Arc<Progress>) {
            let mut pace = tokio::time::interval(Duration::from_millis(80));
            pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            for turn in 0.. {
                pace.tick().await;
                if progress.ended.load(Ordering::Relaxed) {
                    return;
                }
                let email = format!("user{number}-{turn}@example.com");
                let answer = tokio::time::timeout(DEADLINE, client.register(&email, PASSWORD)).await;
                let answer = answer.expect("the server answers by the deadline");
                if answer.outcome() == "OK" {
                    answer.succeeds();
                    progress.acknowledged.lock().expect("no panic").insert(email);
                    progress.consecutive_successes.fetch_add(1, Ordering::Relaxed);
                } else {
                    assert_clean_failure(&answer);
                    progress.failed.fetch_add(1, Ordering::Relaxed);
                    progress.consecutive_successes.store(0, Ordering::Relaxed);
                }
            }
        }
    }
}
