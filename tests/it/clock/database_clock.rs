//! The clock of the server is compared with the database's.

use entity::Timestamp;
use tests::{Database, Installation, TestApp};

/// The metric, if there is one.
async fn offset(app: &TestApp) -> Option<f64> {
    let response = app
        .request(reqwest::Method::GET, "/metrics")
        .send()
        .await
        .expect("an answer");
    let text = response.text().await.expect("text");
    let line = text.lines().find(|line| line.starts_with("clock_offset_seconds "));
    line.and_then(|line| line.split(' ').nth(1)?.parse().ok())
}

mod postgres {
    use api::clock::{Clock, SystemClock};
    use sea_orm::ConnectionTrait;
    use tests::eventually;

    use super::*;
    use crate::seconds;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn metric_shows_the_offset() {
        let app = super::super::start(&Database::postgres().await).await;
        let expected = || seconds_between(app.clock.now(), SystemClock.now());
        let difference = offset(&app).await.expect("the metric") - expected();
        assert!(difference.abs() < 5.0, "{difference}");
        // It is read again every minute.
        app.clock.set_ahead(seconds(1_000));
        app.clock.advance(seconds(60));
        eventually("the metric follows", async || {
            offset(&app)
                .await
                .is_some_and(|offset| (offset - expected()).abs() < 5.0)
        })
        .await;
    }

    fn seconds_between(one: Timestamp, other: Timestamp) -> f64 {
        one.since(other).as_secs_f64() - other.since(one).as_secs_f64()
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn offset_over_2_seconds_is_logged() {
        for (interval, logged) in [("60 s", true), ("-60 s", true), ("1 s", false)] {
            let database = Database::postgres().await;
            let db = api::database::connect(database.url())
                .await
                .expect("the database opens");
            let (_, name) = database.url().rsplit_once('/').expect("a name");
            let name = name.split('?').next().expect("a name");
            // A function of that name that the server finds first.
            let fake = format!(
                "CREATE SCHEMA fake; \
                CREATE FUNCTION fake.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE \
                    AS $$ SELECT pg_catalog.clock_timestamp() + interval '{interval}' $$; \
                ALTER DATABASE {name} SET search_path = fake, pg_catalog, public"
            );
            db.execute_unprepared(&fake).await.expect("the function is new");
            let installation = Installation::on(database.url()).await.with("LOG_FORMAT", "json");
            let mut server = installation.process();
            let warning = "the clock of this server and the clock of the database differ";
            let mut seen = Vec::new();
            while !seen.last().is_some_and(|line: &String| line.contains("listens on")) {
                seen.push(server.line_with("").await);
            }
            let line = seen.iter().find(|line| line.contains(warning));
            assert_eq!(line.is_some(), logged, "{seen:#?}");
            if let Some(line) = line {
                assert!(line.contains("WARN") && line.contains("NTP"), "{line}");
                let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
                let offset = line["offset_seconds"].as_f64().expect("the offset");
                let ahead = if interval.starts_with('-') { 60.0 } else { -60.0 };
                assert!((offset - ahead).abs() < 10.0, "{line}");
            }
            server.kill().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_has_no_other_clock() {
    let database = Database::sqlite();
    let installation = Installation::on(database.url()).await;
    let (api, _) = installation.start().await;
    let (status, log) = api.stop("TERM").await;
    assert_eq!(status, Some(0));
    assert!(!log.iter().any(|line| line.contains("clock")), "{log:#?}");
}
