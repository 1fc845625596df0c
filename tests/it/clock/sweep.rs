//! The sweep deletes nothing while the clock is wrong.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use api::accounts;
use api::clock::Clock;
use api::policy::Policy;
use api::verification::lifetime;
use entity::{HiddenBytes, Purpose, rate_limit, session, sweep_clock, verification};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel, Iterable};
use tests::{Database, Installation, ManualClock, PASSWORD, TestCore, count, credentials, on_both_databases};

use super::{DAY, HOUR};
use crate::seconds;

/// A server over a database with one registration and one session, which has swept just now.
async fn start_with_rows(database: &Database) -> TestCore {
    let core = TestCore::start(database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    assert!(core.send_next().await);
    let ada = credentials("ada@example.com", PASSWORD, 1);
    assert_eq!(core.activate(&ada, &core.newest_code("ada@example.com")).await, Ok(()));
    sweep(&core).await;
    core
}

async fn sweep(core: &TestCore) -> u64 {
    accounts::sweep(&core.app).await.expect("the database answers")
}

/// Sweeps every ten minutes, and returns how long it took until something was deleted.
async fn wait_for_sweep(core: &TestCore, at_most: u64) -> Option<u64> {
    for waited in 0..=at_most / 600 {
        if sweep(core).await > 0 {
            return Some(waited * 600);
        }
        core.advance(600);
    }
    None
}

/// The use cases over a slow database: the first sweep takes two minutes, once [`Slowness::begin`] is called.
async fn start_slow(database: &Database) -> (TestCore, Slowness) {
    let slowness = Slowness::default();
    let core = TestCore::with(database, Policy::default(), |db| {
        let slowness = slowness.clone();
        db.set_metric_callback(move |info| {
            let sql = &info.statement.sql;
            if let Some(clock) = slowness.0.get()
                && sql.starts_with("SELECT")
                && sql.contains("last_used_at")
            {
                clock.advance(SLOW);
            }
        });
    })
    .await;
    (core, slowness)
}

/// How long a slow sweep takes.
const SLOW: Duration = Duration::from_mins(2);

#[derive(Clone, Default)]
struct Slowness(Arc<OnceLock<ManualClock>>);

impl Slowness {
    fn begin(&self, core: &TestCore) {
        assert!(self.0.set(core.clock.clone()).is_ok());
    }
}

#[on_both_databases]
async fn use_during_a_slow_sweep_stays(database: Database) {
    let (core, slowness) = start_slow(&database).await;
    core.register_and_activate("ada@example.com", PASSWORD).await;
    let used_at = core.clock.now() + SLOW;
    let used = session::Entity::update_many().col_expr(session::Column::LastUsedAt, Expr::value(used_at));
    used.exec(&core.app.db).await.expect("the update succeeds");
    slowness.begin(&core);
    sweep(&core).await;
    let session = session::Entity::find().one(&core.app.db).await;
    let session = session.expect("the database answers").expect("a session");
    assert_eq!(session.last_used_at, used_at);
}

#[on_both_databases]
async fn limit_of_a_slow_sweep_stays(database: Database) {
    let (core, slowness) = start_slow(&database).await;
    let taken_at = core.clock.now() + SLOW;
    let tries = rate_limit::ActiveModel {
        key: Set(vec![1]),
        releases: Set(format!("{:013}", taken_at.as_millis())),
        theoretical_arrival: Set(taken_at),
        capacity: Set(10),
        interval_ms: Set(24 * 60 * 60 * 1_000),
        taken_at: Set(taken_at),
        tripped_until: Set(None),
        expires_at: Set(taken_at + seconds(10 * DAY)),
    };
    let inserted = rate_limit::Entity::insert(tries)
        .exec_without_returning(&core.app.db)
        .await;
    inserted.expect("the row is new");
    slowness.begin(&core);
    sweep(&core).await;
    assert_eq!(core.clock.now(), taken_at);
    assert_eq!(core.count::<rate_limit::Entity>().await, 1);
}

/// What was begun while the clock was ahead ends when it would if it began now.
#[on_both_databases]
async fn verifications_from_a_time_ahead_get_their_own_lifetime(database: Database) {
    let core = start_with_rows(&database).await;
    let now = core.clock.now();
    let row = verification::Entity::find().one(&core.app.db).await;
    let row = row.expect("the database answers").expect("a verification");
    for (number, purpose) in (2..).zip(Purpose::iter()) {
        let ahead = verification::Model {
            id: Uuid::from_u128(number),
            purpose,
            token_digest: HiddenBytes(vec![u8::try_from(number).expect("a byte"); 32]),
            expires_at: now + seconds(10 * HOUR) + lifetime(purpose),
            ..row.clone()
        };
        let ahead = ahead.into_active_model().reset_all();
        let inserted = verification::Entity::insert(ahead)
            .exec_without_returning(&core.app.db)
            .await;
        inserted.expect("the row is new");
    }
    sweep(&core).await;
    for (number, purpose) in (2..).zip(Purpose::iter()) {
        let found = verification::Entity::find_by_id(Uuid::from_u128(number))
            .one(&core.app.db)
            .await;
        let found = found.expect("the database answers").expect("a verification");
        assert_eq!(found.expires_at, now + lifetime(purpose), "{purpose:?}");
    }
}

#[on_both_databases]
async fn start_with_a_clock_ahead_deletes_nothing(database: Database) {
    let core = start_with_rows(&database).await;
    for ahead in [2 * HOUR, 8 * DAY, 400 * DAY] {
        let restarted = TestCore::start(&database).await;
        restarted.clock.set_ahead(seconds(ahead));
        assert_eq!(sweep(&restarted).await, 0, "{ahead}");
        // Also after many starts.
        for _ in 0..20 {
            let restarted = TestCore::start(&database).await;
            restarted.clock.set_ahead(seconds(ahead));
            assert_eq!(sweep(&restarted).await, 0, "{ahead}");
        }
        restarted.clock.set_back(seconds(ahead));
        assert_eq!(sweep(&restarted).await, 0, "{ahead}");
    }
    assert_eq!(core.count::<session::Entity>().await, 1);
    assert_eq!(core.count::<verification::Entity>().await, 1);
    // Once the clock is right, the sweep goes on.
    core.advance(40 * DAY);
    assert!(sweep(&core).await > 0);
    assert_eq!(core.count::<session::Entity>().await, 0);
}

#[on_both_databases]
async fn running_server_notices_a_jump(database: Database) {
    let core = start_with_rows(&database).await;
    core.clock.set_ahead(seconds(40 * DAY));
    assert_eq!(wait_for_sweep(&core, 23 * HOUR).await, None);
    core.clock.set_back(seconds(40 * DAY));
    assert_eq!(core.count::<session::Entity>().await, 1);
    // The sweep goes on at once.
    assert!(sweep(&core).await > 0);
    assert_eq!(core.count::<verification::Entity>().await, 1);
    core.advance(HOUR);
    assert_eq!(sweep(&core).await, 1);
    assert_eq!(core.count::<verification::Entity>().await, 0);
    assert_eq!(core.count::<session::Entity>().await, 1);
}

#[on_both_databases]
async fn new_time_is_trusted_after_as_long_as_the_jump_or_a_day(database: Database) {
    for (jump, wait) in [(30 * HOUR, DAY), (40 * DAY, DAY)] {
        let core = start_with_rows(&database).await;
        core.clock.set_ahead(seconds(jump));
        assert_eq!(wait_for_sweep(&core, 2 * DAY).await, Some(wait), "{jump}");
        clear(&core).await;
    }
    // A server that was stopped for two hours sweeps two hours after its start.
    let core = start_with_rows(&database).await;
    core.advance(23 * HOUR);
    sweep(&core).await;
    let restarted = TestCore::start(&database).await;
    restarted.clock.set_ahead(seconds(25 * HOUR));
    assert_eq!(wait_for_sweep(&restarted, DAY).await, Some(2 * HOUR));
}

#[on_both_databases]
async fn clock_set_back_resumes_too(database: Database) {
    let core = start_with_rows(&database).await;
    core.clock.set_back(seconds(400 * DAY));
    core.register("bob@example.com", PASSWORD, 1).await;
    assert_eq!(sweep(&core).await, 0);
    // Bob's registration expires, and the new time is trusted, both after a day.
    assert_eq!(wait_for_sweep(&core, 2 * DAY).await, Some(DAY));
}

#[on_both_databases]
async fn limits_from_far_ahead_are_deleted(database: Database) {
    let core = start_with_rows(&database).await;
    core.clock.set_ahead(seconds(400 * DAY));
    core.register("bob@example.com", PASSWORD, 1).await;
    core.clock.set_back(seconds(400 * DAY));
    let before = core.count::<rate_limit::Entity>().await;
    assert_eq!(sweep(&core).await, 3);
    assert_eq!(core.count::<rate_limit::Entity>().await, before - 3);
}

async fn clear(core: &TestCore) {
    for table in ["sessions", "verifications", "users", "rate_limits"] {
        let sql = format!("DELETE FROM {table}");
        sea_orm::ConnectionTrait::execute_unprepared(&core.app.db, &sql)
            .await
            .expect("the rows can be deleted");
    }
    let unset = sweep_clock::Entity::update_many()
        .col_expr(sweep_clock::Column::TrustedAt, Expr::value(None::<entity::Timestamp>));
    unset.exec(&core.app.db).await.expect("the row can be changed");
}

#[on_both_databases]
async fn jump_is_logged_as_an_error(database: Database) {
    let installation = Installation::on(database.url()).await.with("LOG_FORMAT", "json");
    let (first, _) = installation.start().await;
    let db = api::database::connect(database.url())
        .await
        .expect("the database opens");
    tests::within(seconds(20), "the server has swept", async || {
        let row = sweep_clock::Entity::find_by_id(sweep_clock::ONLY).one(&db).await;
        row.expect("the database answers")
            .expect("the row")
            .trusted_at
            .is_some()
    })
    .await;
    first.kill().await;
    // As if the last sweep had been three hours ago.
    for column in [sweep_clock::Column::TrustedAt, sweep_clock::Column::CheckedAt] {
        let earlier = sweep_clock::Entity::update_many().col_expr(column, Expr::col(column).sub(3 * 60 * 60 * 1_000));
        earlier.exec(&db).await.expect("the row can be changed");
    }
    let expired = rate_limit::ActiveModel {
        key: Set(vec![1]),
        releases: Set(String::new()),
        theoretical_arrival: Set(entity::Timestamp::from_millis(0)),
        capacity: Set(1),
        interval_ms: Set(1),
        taken_at: Set(entity::Timestamp::from_millis(0)),
        tripped_until: Set(None),
        expires_at: Set(entity::Timestamp::from_millis(0)),
    };
    rate_limit::Entity::insert(expired)
        .exec_without_returning(&db)
        .await
        .expect("the row is new");
    let mut second = installation.process();
    let line = second.line_with("set the clock right").await;
    assert!(line.contains("ERROR"), "{line}");
    let line: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    // And what the start took.
    for field in ["jumped_seconds", "resumes_after_seconds"] {
        let seconds = line[field].as_u64().expect("a number");
        assert!((10_800..14_000).contains(&seconds), "{line}");
    }
    second.kill().await;
    assert_eq!(count::<rate_limit::Entity>(&db).await, 1);
}
