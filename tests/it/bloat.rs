//! What a day of load leaves in the database. A measurement, not a test:
//! `cargo test -p tests --test it -- bloat --ignored --nocapture`.

/// SQLite reuses deleted rows at once.
mod postgres {
    use api::accounts;
    use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseConnection, Statement};
    use tests::{Database, PASSWORD, TestCore, client, credentials};

    /// Registrations, sign-ins, sign-outs and wrong passwords in ten minutes: 2,400 of each in a day.
    const LOAD: u32 = 17;

    const TABLES: [&str; 8] = [
        "users",
        "verifications",
        "sessions",
        "email_outbox",
        "rate_limits",
        "account_events",
        "refusal_counts",
        "sweep_clock",
    ];

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    #[ignore = "a measurement"]
    async fn bloat_after_a_simulated_day() {
        let database = Database::postgres().await;
        let core = TestCore::start(&database).await;
        // A day, and one more in which what it left expires.
        for step in 0..288_u32 {
            for number in 0..LOAD {
                if step < 144 {
                    live(&core, step * LOAD + number).await;
                }
            }
            core.advance(600);
            accounts::sweep(&core.app).await.expect("the sweep succeeds");
            if step == 143 {
                report(&core.app.db, "after a day").await;
            }
        }
        report(&core.app.db, "after another day without load").await;
        for table in TABLES {
            let vacuum = format!("VACUUM {table}");
            core.app.db.execute_unprepared(&vacuum).await.expect("it succeeds");
        }
        report(&core.app.db, "after VACUUM").await;
    }

    async fn live(core: &TestCore, number: u32) {
        let email = format!("user{number}@example.com");
        let network = u8::try_from(number % 250).expect("below 250");
        let token = core.register(&email, PASSWORD, network).await.token;
        core.send_next().await;
        let emailed = core.newest_code(&email);
        assert_eq!(core.activate_with_token(&token, &emailed).await, Ok(()));
        core.mailer.mailbox().clear();
        let ada = credentials(&email, PASSWORD, network);
        let (_, opened) = accounts::sign_in(&core.app, &ada).await.expect("a session");
        let wrong = accounts::sign_in(&core.app, &credentials(&email, "a wrong password", network)).await;
        assert!(wrong.is_err());
        let ended = accounts::sign_out(&core.app, &opened.token, &client(network)).await;
        assert_eq!(ended, Ok(()));
    }

    async fn report(db: &DatabaseConnection, when: &str) {
        println!("{when}\n| table | rows | dead rows | KiB with indexes |\n| --- | --- | --- | --- |");
        for table in TABLES {
            let sql = format!(
                "SELECT (SELECT COUNT(*) FROM {table}) AS live, pg_stat_get_dead_tuples('{table}'::regclass) AS dead, \
                    pg_total_relation_size('{table}') / 1024 AS kib"
            );
            let row = db.query_one_raw(Statement::from_string(DatabaseBackend::Postgres, sql));
            let row = row.await.expect("the database answers").expect("a row");
            let number = |column: &str| row.try_get::<i64>("", column).expect("a number");
            println!(
                "| {table} | {} | {} | {} |",
                number("live"),
                number("dead"),
                number("kib")
            );
        }
    }
}
