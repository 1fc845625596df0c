//! A clock that is set ahead or back.

mod database_clock;
mod limits;
mod mail;
mod sessions;
mod sweep;

use entity::sweep_clock;
use sea_orm::EntityTrait;
use tests::{Database, TestApp, eventually};

/// Starts a server, and waits until it has swept.
async fn start(database: &Database) -> TestApp {
    let app = TestApp::start(database).await;
    wait_until_swept(&app).await;
    let row = sweep_clock::Entity::find_by_id(sweep_clock::ONLY).one(app.db()).await;
    let row = row.expect("the database answers").expect("a row");
    assert!(row.trusted_at.is_some(), "the server has swept");
    app
}

/// The tasks of a server that sleep while it has nothing to do: those that send emails, sweep, compare clocks, measure
/// and count refusals. One more sends the webhooks of each endpoint.
pub(crate) const TASKS: usize = 5;

/// Waits until all tasks sleep. A test that moves the clock before that makes the first sweep see rows from its future.
pub(crate) async fn wait_until_swept(app: &TestApp) {
    eventually("the tasks sleep", async || app.clock.sleepers() == TASKS).await;
}

const HOUR: u64 = 60 * 60;
const DAY: u64 = 24 * HOUR;
