//! The server is killed at random moments under load. It loses nothing that it acknowledged, and no code works twice.

mod slow {
    use std::collections::BTreeMap;
    use std::hash::{BuildHasher, Hasher};
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use entity::{email_outbox, user, verification};
    use mailer_mock::Mailbox;
    use rand::{RngExt, SeedableRng, rngs::StdRng};
    use sea_orm::{DatabaseConnection, EntityTrait};
    use tests::{Answer, Client, Database, Installation, PASSWORD, count, on_both_databases, within};
    use tokio::sync::watch;

    use crate::{loopback, seconds};

    /// How many times the server is killed.
    const CRASHES: u64 = 50;
    /// The longest time from the start of the process until it is killed.
    const MAX_LIFETIME: Duration = Duration::from_millis(500);
    /// The longest time that a request to a killed server takes.
    const REQUEST_TIMEOUT: Duration = Duration::from_mins(1);
    /// How many people register concurrently.
    const PEOPLE: u64 = 3;

    #[on_both_databases]
    async fn acknowledged_registrations_survive_50_crashes(database: Database) {
        let seed = seed();
        println!("TEST_SEED={seed}");
        let mut random = StdRng::seed_from_u64(seed);
        let installation = Installation::on(database.url()).await;
        let results = Arc::<Results>::default();
        for crash in 0..CRASHES {
            let lifetime = random.random_range(Duration::ZERO..MAX_LIFETIME);
            run_and_kill(&installation, crash, lifetime, &results).await;
        }

        let db = api::database::connect(database.url())
            .await
            .expect("the database opens");
        assert_nothing_is_lost(&db, installation.mailer.mailbox(), &results).await;
        let (_api, client) = installation.start().await;
        // So that the newest code stays the newest one.
        within(seconds(60), "all emails are sent", async || {
            count::<email_outbox::Entity>(&db).await == 0
        })
        .await;
        for email in results.acknowledged() {
            activate_with_newest_code(&client, installation.mailer.mailbox(), &results, &email).await;
        }
        let users = user::Entity::find().all(&db).await.expect("the database answers");
        let successes = results.successes.lock().expect("no panic").clone();
        println!(
            "{} registrations, {} active, {} answered with a session",
            results.acknowledged().len(),
            users.len(),
            successes.len()
        );
        assert!(
            successes.values().all(|number| *number == 1),
            "a code was accepted twice: {successes:?}"
        );
        assert_eq!(users.len(), results.acknowledged().len());
    }

    /// The answers that people got from all processes.
    #[derive(Default)]
    struct Results {
        acknowledged: Mutex<Vec<String>>,
        /// How many times an address was activated.
        successes: Mutex<BTreeMap<String, u32>>,
    }

    impl Results {
        fn acknowledged(&self) -> Vec<String> {
            self.acknowledged.lock().expect("no panic").clone()
        }

        fn activated(&self, email: &str, answer: &Answer) {
            if answer.payload()["session"]["token"].is_string() {
                *self
                    .successes
                    .lock()
                    .expect("no panic")
                    .entry(email.to_owned())
                    .or_default() += 1;
            }
        }
    }

    /// Starts the server, sends requests as soon as it listens, and kills it after `lifetime`.
    async fn run_and_kill(installation: &Installation, number: u64, lifetime: Duration, results: &Arc<Results>) {
        let mut api = installation.process();
        let (end, ended) = watch::channel(());
        let mut people = tokio::task::JoinSet::new();
        let serving = async {
            let client = Client::new(api.listening().await);
            for person in 0..PEOPLE {
                let (mailbox, name) = (installation.mailer.mailbox(), format!("user{number}-{person}"));
                people.spawn(register_and_activate(
                    client.clone(),
                    mailbox.clone(),
                    results.clone(),
                    name,
                    ended.clone(),
                ));
            }
            std::future::pending::<()>().await;
        };
        // The timeout is the point: it ends the lifetime of the server.
        let _ = tokio::time::timeout(lifetime, serving).await;
        api.kill().await;
        drop(end);
        let finished = tokio::time::timeout(2 * REQUEST_TIMEOUT, people.join_all()).await;
        assert!(finished.is_ok(), "a person still waits for a server that was killed");
    }

    /// Registers one email after the other, and sends each code twice at once.
    async fn register_and_activate(
        client: Client,
        mailbox: Mailbox,
        results: Arc<Results>,
        name: String,
        mut ended: watch::Receiver<()>,
    ) {
        for turn in 0.. {
            let email = format!("{name}-{turn}@example.com");
            let Ok(answer) = client.try_register(&email, PASSWORD).await else {
                return;
            };
            answer.succeeds();
            results.acknowledged.lock().expect("no panic").push(email.clone());
            let mail = tokio::select! {
                mail = mailbox.wait_for(&email, None, MAX_LIFETIME) => mail,
                _ = ended.changed() => None,
            };
            let Some(mail) = mail else {
                return;
            };
            let person = client.basic(&email, PASSWORD);
            let (first, second) =
                tokio::join!(person.try_activate(&mail.codes[0]), person.try_activate(&mail.codes[0]));
            for answer in [first, second].into_iter().flatten() {
                results.activated(&email, &answer);
            }
        }
    }

    /// Checks that each acknowledged registration is stored and its email is sent or pending.
    async fn assert_nothing_is_lost(db: &DatabaseConnection, mailbox: &Mailbox, results: &Results) {
        let registrations = verification::Entity::find()
            .all(db)
            .await
            .expect("the database answers");
        let pending = email_outbox::Entity::find()
            .all(db)
            .await
            .expect("the database answers");
        for email in results.acknowledged() {
            let registration = registrations.iter().find(|row| row.email.0 == email);
            let registration = registration.unwrap_or_else(|| panic!("{email} is lost"));
            let is_pending = pending.iter().any(|mail| mail.verification_id == Some(registration.id));
            assert!(
                is_pending || !mailbox.messages_to(&email).is_empty(),
                "the email to {email} is lost"
            );
        }
    }

    /// Activates with the newest code, or requests a new one if that code no longer works.
    async fn activate_with_newest_code(client: &Client, mailbox: &Mailbox, results: &Results, email: &str) {
        let person = client.basic(email, PASSWORD);
        let mut newest = mailbox.messages_to(email).first().cloned();
        for network in 1..=3 {
            if let Some(mail) = &newest {
                let answer = person.activate(&mail.codes[0]).await;
                results.activated(email, &answer);
                match answer.outcome() {
                    "OK" | "ALREADY_ACTIVATED" => return,
                    "INVALID_CODE" | "CODE_EXPIRED" | "TOO_MANY_ATTEMPTS" => {}
                    _ => panic!("{answer:?}"),
                }
            }
            // From another network, since each may request only a few emails.
            person.at(loopback(network)).resend().await.succeeds();
            let after = newest.map(|mail| mail.id.clone());
            newest = mailbox.wait_for(email, after.as_deref(), seconds(30)).await;
        }
        panic!("no code activates {email}");
    }

    /// The seed from `TEST_SEED`, to repeat a failure, or a random one.
    fn seed() -> u64 {
        let given = std::env::var("TEST_SEED").ok().filter(|seed| !seed.is_empty());
        given.map_or_else(
            || std::hash::RandomState::new().build_hasher().finish(),
            |seed| seed.parse().expect("TEST_SEED is a number"),
        )
    }
}
